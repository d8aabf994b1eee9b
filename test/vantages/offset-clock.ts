import type { Clock } from '../../src/scheduler/clock.ts';
import { sleepUntilVia } from '../../src/scheduler/sleep.ts';
import type { Offset } from '../../src/slo/model/entry.ts';

/** Another machine's clock: ahead of the first by an offset that drifts, and may be made to step. */
export class OffsetClock implements Clock {
  readonly #base: Clock;
  readonly #drift: number;
  #aheadMs: number;

  constructor(base: Clock, aheadMs: number, drift = 0) {
    this.#base = base;
    this.#aheadMs = aheadMs;
    this.#drift = drift;
  }

  /** How far it is ahead of the first clock at this moment. */
  get aheadMs(): number {
    return this.now() - this.#base.now();
  }

  step(ms: number): void {
    this.#aheadMs += ms;
  }

  now = (): Offset => this.#base.now() * (1 + this.#drift) + this.#aheadMs;
  wallClockMs = (): number => this.#base.wallClockMs() + this.#aheadMs;
  at = (offset: Offset, callback: () => void): (() => void) =>
    this.#base.at((offset - this.#aheadMs) / (1 + this.#drift), callback);
  sleepUntil = (offset: Offset, signal?: AbortSignal): Promise<void> => sleepUntilVia(this.at, offset, signal);
}
