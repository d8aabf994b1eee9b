import type { Offset } from './model/entry.ts';
import type { ProbeSpec } from './model/plan.ts';
import { hashOf } from './stats/hash.ts';

/** What of a probe decides when its slots are due. */
export type SlotSchedule = Pick<ProbeSpec, 'name' | 'intervalMs'>;

/** Slot numbers `first..last`, both included. */
export interface SlotRange {
  first: number;
  last: number;
}

/** How far into its first interval a probe's slot 0 lies, so that probes of one interval do not fire together. Whole ms. */
export function slotStagger(seed: number, probe: SlotSchedule): number {
  return Math.floor((hashOf(`${seed}/${probe.name}`) / 2 ** 32) * probe.intervalMs);
}

/** When slot `k` is due. Computed, never added up, so that nothing drifts. */
export function slotDue(seed: number, probe: SlotSchedule, slotZero: Offset, k: number): Offset {
  return slotZero + slotStagger(seed, probe) + k * probe.intervalMs;
}

/** The first slot (0 or later) that is due at `from` or after it. */
export function firstSlotFrom(seed: number, probe: SlotSchedule, slotZero: Offset, from: Offset): number {
  const guess = Math.ceil((from - slotDue(seed, probe, slotZero, 0)) / probe.intervalMs);
  let k = Math.max(0, guess - 1);
  while (slotDue(seed, probe, slotZero, k) < from) k++;
  return k;
}

/** The slots with `from <= due < to`; `undefined` where there are none. */
export function slotsDueBetween(
  probe: SlotSchedule,
  seed: number,
  slotZero: Offset,
  from: Offset,
  to: Offset,
): SlotRange | undefined {
  const first = firstSlotFrom(seed, probe, slotZero, from);
  const last = firstSlotFrom(seed, probe, slotZero, to) - 1;
  return last >= first ? { first, last } : undefined;
}

/** How many slots a range holds. */
export function slotCount(range: SlotRange | undefined): number {
  return range ? range.last - range.first + 1 : 0;
}

/** How many samples of one probe may be under way at once: a hanging service must not silence its own probe. */
export function maxOverlap(intervalMs: number, timeoutMs: number): number {
  return Math.ceil(timeoutMs / intervalMs) + 1;
}
