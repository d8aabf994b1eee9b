import type { Offset } from '../slo/model/entry.ts';
import { formatDuration } from '../slo/model/quantity.ts';
import { reasonOf, within } from './bounded.ts';
import type { Clock } from './clock.ts';
import type { StopConditionReader, StopReading } from './parts.ts';

/** Stop conditions under watch. */
export interface StopWatch {
  /** Resolves when no condition is in doubt; one that stays in doubt ends in a breach. */
  clear(): Promise<void>;
  end(): void;
}

/** What the watch needs from the run. */
export interface WatchSetting {
  clock: Clock;
  readMs: number;
  breached(reason: string): void;
}

/** Reads every condition again and again until it is ended. */
export function watchStopConditions(setting: WatchSetting, conditions: readonly StopConditionReader[]): StopWatch {
  const patrols = conditions.map((condition) => new Patrol(setting, condition));
  return {
    clear: async () => {
      while (!patrols.every((patrol) => patrol.fine)) await Promise.all(patrols.map((patrol) => patrol.clear()));
    },
    end: () => {
      for (const patrol of patrols) patrol.end();
    },
  };
}

/** One condition. A row of breaches begins with the first reading that showed it and ends with the first that does not. */
class Patrol {
  readonly #setting: WatchSetting;
  readonly #condition: StopConditionReader;
  readonly #ended = new AbortController();
  #fine = false;
  #breachSince: Offset | undefined;
  #breachReason = '';
  #cancelAlarm = () => {};
  #waiting: (() => void)[] = [];

  constructor(setting: WatchSetting, condition: StopConditionReader) {
    this.#setting = setting;
    this.#condition = condition;
    this.#walk().catch((error) => this.#ended.signal.aborted || this.#stop(reasonOf(error)));
  }

  get fine(): boolean {
    return this.#fine;
  }

  /** Resolves with the next reading that is no breach; at once if the last one was none. */
  clear(): Promise<void> {
    if (this.#fine) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    this.#cancelAlarm();
    this.#ended.abort(new Error('the watch ended'));
  }

  async #walk(): Promise<void> {
    const { clock } = this.#setting;
    const intervalMs = Math.max(1, this.#condition.intervalMs);
    for (let due = clock.now(); ; due = Math.max(due + intervalMs, clock.now())) {
      await clock.sleepUntil(due, this.#ended.signal);
      await this.#readOnce();
    }
  }

  async #readOnce(): Promise<void> {
    const { clock, readMs } = this.#setting;
    const started = clock.now();
    const bounds = { clock, what: 'the query', limitMs: readMs, outer: this.#ended.signal };
    const reading = await within(bounds, (signal) => this.#condition.read(signal)).catch(noData);
    if (this.#ended.signal.aborted) return;
    if (reading.breach === false) this.#calm();
    else this.#alarm(started, reading.reason);
  }

  #calm(): void {
    this.#cancelAlarm();
    this.#breachSince = undefined;
    this.#fine = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #alarm(started: Offset, reason: string): void {
    this.#fine = false;
    this.#breachReason = reason;
    if (this.#breachSince !== undefined) return;
    this.#breachSince = started;
    // Its own timer: a query that hangs must not put off the stop.
    this.#cancelAlarm = this.#setting.clock.at(started + this.#condition.forMs, () => this.#stop(this.#breachReason));
  }

  #stop(reason: string): void {
    const { name, forMs } = this.#condition;
    const lasting = forMs > 0 ? ` for ${formatDuration(forMs)}` : '';
    this.#setting.breached(`stop condition ${name}: ${reason}${lasting}`);
  }
}

function noData(error: unknown): StopReading {
  return { breach: true, reason: `no data (${reasonOf(error)})` };
}
