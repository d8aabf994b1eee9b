import type { Clock } from '../../scheduler/clock.ts';
import type { Offset } from '../../slo/model/entry.ts';

/** So far apart drains begin at the least, whoever asks. */
const APART_MS = 1000;

interface Drain {
  begunAt: Offset;
  /** So long it waits for what is in flight. */
  patienceMs: number;
  over: Promise<number>;
}

/** One drain at a time, and no more than are needed: whoever asks for one after a moment shares any as patient that began after it. */
export class Drains {
  readonly #clock: Clock;
  readonly #run: (patienceMs: number) => Promise<number>;
  #last: Drain | undefined;

  constructor(clock: Clock, run: (patienceMs: number) => Promise<number>) {
    this.#clock = clock;
    this.#run = run;
  }

  /** Resolves with what a drain that began at `after` or later, and waited for what is in flight no shorter, came to. */
  async after(after: Offset, patienceMs: number, signal: AbortSignal): Promise<number> {
    const from = Math.min(after, this.#clock.now());
    for (;;) {
      signal.throwIfAborted();
      const last = this.#last;
      if (last && last.begunAt >= from && last.patienceMs >= patienceMs) return last.over;
      if (last) {
        await last.over;
        await this.#clock.sleepUntil(last.begunAt + APART_MS, signal);
      }
      if (this.#last !== last) continue;
      this.#last = { begunAt: this.#clock.now(), patienceMs, over: this.#run(patienceMs) };
    }
  }
}
