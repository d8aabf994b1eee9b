import type { Clock } from '../../src/scheduler/clock.ts';
import { sleepUntilVia } from '../../src/scheduler/sleep.ts';
import type { Offset } from '../../src/slo/model/entry.ts';

interface Timer {
  at: Offset;
  order: number;
  callback: () => void;
}

/** Time that passes only when nothing else is left to do. Timers of the same moment fire in the order in which they were set. */
export class VirtualClock implements Clock {
  readonly #startedAtMs: number;
  #now: Offset = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();
  #sorted: Timer[] = [];
  #dirty = false;

  constructor(startedAtMs = Date.UTC(2026, 0, 1)) {
    this.#startedAtMs = startedAtMs;
  }

  now = (): Offset => this.#now;
  wallClockMs = (): number => this.#startedAtMs + this.#now;

  at = (offset: Offset, callback: () => void): (() => void) => {
    const timer = { at: Math.max(offset, this.#now), order: this.#order++, callback };
    this.#timers.add(timer);
    this.#dirty = true;
    return () => {
      if (this.#timers.delete(timer)) this.#dirty = true;
    };
  };

  sleepUntil = (offset: Offset, signal?: AbortSignal): Promise<void> => sleepUntilVia(this.at, offset, signal);

  /** The program stands still: time passes and no timer fires. */
  block(ms: number): void {
    this.#now += ms;
  }

  /** Lets time pass until the promise settles. Rejects when nothing is left that could settle it, or when time runs out. */
  async run<T>(promise: Promise<T>, untilMs = 24 * 3_600_000): Promise<T> {
    let done = false;
    const finish = () => {
      done = true;
    };
    promise.then(finish, finish);
    for (;;) {
      await turn();
      if (done) return promise;
      const timer = this.#takeNext();
      if (!timer) throw new Error(`stuck at ${this.#now}: nothing is left to wait for`);
      if (timer.at > untilMs) throw new Error(`still busy after ${untilMs} ms`);
      this.#now = Math.max(this.#now, timer.at);
      timer.callback();
    }
  }

  /** Lets everything that is still set happen, up to that moment. */
  async runOut(untilMs: Offset): Promise<void> {
    for (let timer = this.#takeNext(); timer && timer.at <= untilMs; timer = this.#takeNext()) {
      this.#now = Math.max(this.#now, timer.at);
      timer.callback();
      await turn();
    }
  }

  #takeNext(): Timer | undefined {
    if (this.#dirty) {
      this.#sorted = [...this.#timers].sort((a, b) => b.at - a.at || b.order - a.order);
      this.#dirty = false;
    }
    const next = this.#sorted.pop();
    if (next) this.#timers.delete(next);
    return next;
  }
}

/** Everything that can go on without time passing has gone on after this. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
