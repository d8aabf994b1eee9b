/**
 * How Burrow judges a partition, from the description of its rules: a window of the last commits, each with the lag at that moment, and one
 * status out of them. Written for comparison only.
 */

export type BurrowStatus = 'OK' | 'WARN' | 'STALL' | 'STOP' | 'REWIND';

export interface BurrowOptions {
  /** Since its release 1.3.7: a rewind counts though the lag was 0 before, until the group has caught up with where it was. */
  rewindCountsAfterZeroLag: boolean;
}

interface Commit {
  offset: number;
  lag: number;
  at: number;
}

/** Its default. */
const WINDOW = 10;

export class BurrowRules {
  readonly #options: BurrowOptions;
  readonly #window: Commit[] = [];
  #end = 0;

  constructor(options: BurrowOptions) {
    this.#options = options;
  }

  /** What it asks the brokers for, again and again. Nothing comes while they do not answer. */
  seeEnd(end: number): void {
    this.#end = end;
  }

  /** What it reads where Kafka keeps commits. */
  seeCommit(offset: number, at: number): void {
    this.#window.push({ offset, lag: Math.max(0, this.#end - offset), at });
    if (this.#window.length > WINDOW) this.#window.shift();
  }

  statusAt(now: number): BurrowStatus {
    const last = this.#window.at(-1);
    if (!last || this.#end <= last.offset) return 'OK';
    if (this.#options.rewindCountsAfterZeroLag && this.#rewound() && !this.#caughtUpAgain()) return 'REWIND';
    if (this.#window.some(({ lag }) => lag === 0)) return 'OK';
    if (this.#rewound()) return 'REWIND';
    if (now - last.at > last.at - this.#window[0]!.at) return 'STOP';
    if (this.#pairs().every(([one, next]) => one.offset === next.offset)) return 'STALL';
    return this.#pairs().every(([one, next]) => next.lag >= one.lag) ? 'WARN' : 'OK';
  }

  #rewound(): boolean {
    return this.#pairs().some(([one, next]) => next.offset < one.offset);
  }

  #caughtUpAgain(): boolean {
    return this.#window.at(-1)!.offset >= Math.max(...this.#window.map(({ offset }) => offset));
  }

  #pairs(): [Commit, Commit][] {
    return this.#window.slice(1).map((next, index) => [this.#window[index]!, next]);
  }
}
