import type { Offset } from '../../slo/model/entry.ts';

/** How much is kept for readers that come late. */
export interface MemoryLimits {
  bytes: number;
  ageMs: number;
}

/** What a kept line costs besides its text. */
const OVERHEAD_BYTES = 64;
const COMPACT_AFTER = 4096;

/** Lines in the order in which they came, each with a number; the oldest fall out, and how many is known. */
export class Memory {
  readonly #limits: MemoryLimits;
  /** Empty where a line has fallen out: what is only counted must hold no memory until the next compaction. */
  #lines: ({ text: string; at: Offset } | undefined)[] = [];
  /** Where in `#lines` the oldest that is kept stands. */
  #head = 0;
  #oldest = 0;
  #bytes = 0;

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  /** The number that the next line gets. */
  get next(): number {
    return this.#oldest + this.#lines.length - this.#head;
  }

  /** How many lines have fallen out, which is also the number of the oldest that is kept. */
  get fallenOut(): number {
    return this.#oldest;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(text: string, now: Offset): void {
    this.#lines.push({ text, at: now });
    this.#bytes += text.length + OVERHEAD_BYTES;
    this.forget(now);
  }

  /** Lets go of what is too old or too much. */
  forget(now: Offset): void {
    for (let oldest = this.#lines[this.#head]; oldest; oldest = this.#lines[this.#head]) {
      if (this.#bytes <= this.#limits.bytes && oldest.at >= now - this.#limits.ageMs) break;
      this.#bytes -= oldest.text.length + OVERHEAD_BYTES;
      this.#lines[this.#head++] = undefined;
      this.#oldest++;
    }
    if (this.#head < COMPACT_AFTER || this.#head * 2 < this.#lines.length) return;
    this.#lines = this.#lines.slice(this.#head);
    this.#head = 0;
  }

  /** What came from that number on, as far as it fits; at least one line, if there is any. */
  from(number: number, limitBytes: number): { lines: string[]; next: number; fallenOut: number } {
    const first = Math.min(Math.max(number, this.#oldest), this.next);
    const lines: string[] = [];
    let bytes = 0;
    for (let index = this.#head + first - this.#oldest; index < this.#lines.length; index++) {
      const { text } = this.#lines[index]!;
      bytes += text.length + 1;
      if (lines.length > 0 && bytes > limitBytes) break;
      lines.push(text);
    }
    return { lines, next: first + lines.length, fallenOut: Math.max(0, first - Math.max(0, number)) };
  }
}
