import type { Offset, ProberTrouble } from '../slo/model/entry.ts';
import type { Clock } from './clock.ts';

/** Reads how long the process was kept from its CPU by a limit so far, in ms; `undefined` while there is no limit. */
export type ReadThrottledMs = () => number | undefined;

/** What a watch over the prober works with. */
export interface ProberWatchSetting {
  clock: Clock;
  readThrottledMs?: ReadThrottledMs;
  /** Told of each time in which the prober did not run as it should, once it is over. */
  record(trouble: Pick<ProberTrouble, 'of' | 'from' | 'to' | 'ms'>): void;
}

/** Delays up to this are a busy program's everyday life. */
export const STALL_TOLERANCE_MS = 50;

/** While samples are under way. */
const BEAT_MS = 25;
/** Otherwise: nothing can be blamed on anybody, and a sidecar shares its node with what it watches. */
const IDLE_BEAT_MS = 100;
/** A limit is seldom set on a program that runs already. */
const LIMIT_LOOK_APART_MS = 1000;
/** Looks closer together than this bring nothing, and there may be thousands a second. */
const LOOK_APART_MS = 5;
/** Less of this between two looks is not told apart from how coarsely it is counted. */
const THROTTLE_TOLERANCE_MS = 5;
/** Slewing moves a clock by half a per mille at the most, and what is between two looks is short. */
const STEP_TOLERANCE_MS = 100;
/** A throttled program is so in every period of its limit: one entry speaks of that long. */
const LONGEST_ENTRY_MS = 1000;
/** What came in while the program stood still is read only some turns of its event loop later. */
const UNREAD_MS = 50;
/** Two readings of two clocks belong together only where nothing came between them. */
const READING_APART_MS = 5;

/**
 * Observes the prober itself: how late its own event loop is, how long it was throttled, and whether its wall clock stepped. What it has lost
 * is never the service's fault.
 */
export class ProberWatch {
  readonly #setting: ProberWatchSetting;
  #looked: Offset;
  #beatDue: Offset = 0;
  #samplesUnderWay = 0;
  #lostMs = 0;
  /** The loss that ended last, and what was lost before it. */
  #lastLoss: { ended: Offset; lostBefore: number } = { ended: Number.NEGATIVE_INFINITY, lostBefore: 0 };
  /** As it was read last; `undefined` while there was no limit. */
  #throttled: { at: Offset; ms: number | undefined };
  #wallAheadMs: number | undefined;
  /** Throttling that still goes on, or ended with the last look. */
  #throttling: { from: Offset; to: Offset; ms: number } | undefined;
  #cancelBeat = () => {};

  constructor(setting: ProberWatchSetting) {
    this.#setting = setting;
    this.#looked = setting.clock.now();
    this.#throttled = { at: this.#looked, ms: setting.readThrottledMs?.() };
    this.#wallAheadMs = this.#readWallAhead();
    this.#beatIn(IDLE_BEAT_MS);
  }

  /** How much time the prober has lost so far, this very moment included. */
  lostMs(): number {
    if (this.#setting.clock.now() - this.#looked >= LOOK_APART_MS) this.#look();
    return this.#lostMs;
  }

  /**
   * A sample starts now. Returns what was lost before it: not a loss that has only just ended, since what came in meanwhile may lie unread.
   */
  sampleStarts(): number {
    const lost = this.lostMs();
    const now = this.#setting.clock.now();
    this.#samplesUnderWay++;
    if (this.#beatDue - now > BEAT_MS) this.#beatIn(BEAT_MS);
    const { ended, lostBefore } = this.#lastLoss;
    return now - ended < UNREAD_MS ? lostBefore : lost;
  }

  sampleEnded(): void {
    this.#samplesUnderWay--;
  }

  /** Looks no more. */
  end(): void {
    this.#look();
    this.#tellThrottling();
    this.#cancelBeat();
  }

  #beatIn(ms: number): void {
    const { clock } = this.#setting;
    this.#cancelBeat();
    this.#beatDue = clock.now() + ms;
    this.#cancelBeat = clock.at(this.#beatDue, () => {
      this.#look();
      this.#beatIn(this.#samplesUnderWay > 0 ? BEAT_MS : IDLE_BEAT_MS);
    });
  }

  /** The program ran at the last look and runs now. Where a beat was due in between it did not, from then on. */
  #look(): void {
    const [from, to] = [this.#looked, this.#setting.clock.now()];
    this.#looked = to;
    const lateMs = to - Math.max(from, this.#beatDue);
    const stalledMs = lateMs > STALL_TOLERANCE_MS ? lateMs : 0;
    if (stalledMs > 0) this.#setting.record({ of: 'stalled', from, to, ms: stalledMs });
    const throttledMs = this.#lookAtThrottling(from, to);
    const lost = Math.max(stalledMs, Math.min(throttledMs, to - from));
    if (lost > 0) this.#lastLoss = { ended: to, lostBefore: this.#lostMs };
    this.#lostMs += lost;
    this.#lookAtWallClock(from, to);
  }

  #lookAtThrottling(from: Offset, to: Offset): number {
    const { at, ms: known } = this.#throttled;
    if (known === undefined && to - at < LIMIT_LOOK_APART_MS) return 0;
    const total = this.#setting.readThrottledMs?.();
    // Before there was a limit nothing was throttled.
    const ms = (total ?? known ?? 0) - (known ?? 0);
    if (ms >= 0 && ms < THROTTLE_TOLERANCE_MS) {
      this.#throttled = { at: to, ms: known ?? (total === undefined ? undefined : 0) };
      if (this.#throttling && to - this.#throttling.to > LONGEST_ENTRY_MS) this.#tellThrottling();
      return 0;
    }
    this.#throttled = { at: to, ms: total };
    if (ms <= 0) return 0;
    this.#throttling = { from: this.#throttling?.from ?? from, to, ms: (this.#throttling?.ms ?? 0) + ms };
    if (to - this.#throttling.from >= LONGEST_ENTRY_MS) this.#tellThrottling();
    return ms;
  }

  #tellThrottling(): void {
    if (this.#throttling) this.#setting.record({ of: 'throttled', ...this.#throttling });
    this.#throttling = undefined;
  }

  #lookAtWallClock(from: Offset, to: Offset): void {
    const ahead = this.#readWallAhead();
    if (ahead === undefined) return;
    const ms = this.#wallAheadMs === undefined ? 0 : ahead - this.#wallAheadMs;
    if (Math.abs(ms) >= STEP_TOLERANCE_MS) this.#setting.record({ of: 'clock-step', from, to, ms });
    this.#wallAheadMs = ahead;
  }

  /** How far the wall clock is ahead of the monotonic one; `undefined` where the program stood still between the readings. */
  #readWallAhead(): number | undefined {
    const { clock } = this.#setting;
    const before = clock.now();
    const wall = clock.wallClockMs();
    return Math.abs(clock.now() - before) > READING_APART_MS ? undefined : wall - before;
  }
}
