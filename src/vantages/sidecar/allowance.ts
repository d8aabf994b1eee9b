import type { Offset } from '../../slo/model/entry.ts';
import type { ProbeSpec } from '../../slo/model/plan.ts';
import type { Told } from './answers.ts';

/** What a process that is met late remembers from long before the run is of no use to it; final readings may reach into it. */
const BEFORE_MS = 60_000;
/** What clocks, retries and the first moments may add to what is due. */
const SPARE_SLOTS = 16;
/** Books are closed once a second at the most, and a probe then has a few readings. */
const FINALS_PER_SECOND = 8;
const SPARE_FINALS = 64;
/** A stall that is told takes more than 75 ms, and of the other troubles there are few. */
const TROUBLES_PER_SECOND = 15;
const SPARE_TROUBLES = 64;

/** As much as a process that tells the truth can have to tell by now is taken of it, and no more: nobody is to fill memory and disk. */
export class Allowance {
  readonly #probes: ReadonlyMap<string, { intervalMs: number; slots: number; finals: number }>;
  readonly #from: Offset;
  #troubles = 0;

  constructor(probes: readonly ProbeSpec[], slotZero: Offset) {
    this.#probes = new Map(probes.map(({ name, intervalMs }) => [name, { intervalMs, slots: 0, finals: 0 }]));
    this.#from = Math.max(slotZero, -BEFORE_MS);
  }

  /** Whether it is to be recorded; if so it counts. `until`: nothing that was due later can have been measured. */
  takes(told: Told, until: Offset): boolean {
    const elapsedMs = Math.max(0, until - this.#from);
    if (told.type === 'prober') return this.#troubles++ < SPARE_TROUBLES + (TROUBLES_PER_SECOND * elapsedMs) / 1000;
    const taken = this.#probes.get(told.probe)!;
    if (told.type === 'final') return taken.finals++ < SPARE_FINALS + (FINALS_PER_SECOND * elapsedMs) / 1000;
    return taken.slots++ < SPARE_SLOTS + elapsedMs / taken.intervalMs;
  }
}

/** Of so long before the run that it is of no use. */
export function isOfBefore(told: Told): boolean {
  if (told.type === 'prober') return told.to < -BEFORE_MS;
  return told.type !== 'final' && told.due < -BEFORE_MS;
}
