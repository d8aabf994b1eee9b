import { within } from '../../src/scheduler/bounded.ts';
import type { Offset, Outcome } from '../../src/slo/model/entry.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What is really the case with one experiment's fault, whatever anybody records. */
export interface FaultTruth {
  experiment: string;
  oneShot: boolean;
  /** The driver stops when told to, and its removal works at once. */
  obeys: boolean;
  changes: { at: Offset; on: boolean }[];
}

/** What a fake probe really answered to one call. */
export interface AnswerTruth {
  at: Offset;
  outcome: Outcome;
}

/** The state of a simulated world and the truth about it. */
export class World {
  readonly clock: VirtualClock;
  readonly faults: FaultTruth[] = [];
  readonly answers = new Map<number, AnswerTruth>();
  /** When the program stood still. */
  readonly blocks: { from: Offset; to: Offset }[] = [];
  #calls = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  get blockedMs(): number {
    return this.blocks.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  get faultIsOn(): boolean {
    return this.faults.some(isOn);
  }

  nextCall(): number {
    return this.#calls++;
  }

  /** The program stands still: nothing of it runs while time passes. */
  block(ms: number): void {
    const from = this.clock.now();
    this.clock.block(ms);
    this.blocks.push({ from, to: this.clock.now() });
  }

  switchFault(fault: FaultTruth, on: boolean): void {
    if (isOn(fault) !== on) fault.changes.push({ at: this.clock.now(), on });
  }

  /** Takes that long; stops at once when told to. */
  take(ms: number, signal?: AbortSignal): Promise<void> {
    return this.clock.sleepUntil(this.clock.now() + ms, signal);
  }

  /** Never ends by itself; ends when told to. */
  hang(signal: AbortSignal): Promise<never> {
    const bounds = { clock: this.clock, what: 'this', limitMs: 3_600_000, outer: signal };
    return within(bounds, () => this.hangDeaf());
  }

  /** Never ends. */
  hangDeaf(): Promise<never> {
    return new Promise(() => {});
  }
}

/** Whether the fault is in effect as things stand. */
export function isOn(fault: FaultTruth): boolean {
  return fault.changes.at(-1)?.on ?? false;
}

/** When a fault went off for good; `undefined` while it is on. */
export function goneAt(fault: FaultTruth): Offset | undefined {
  const last = fault.changes.at(-1);
  return last?.on === false ? last.at : undefined;
}
