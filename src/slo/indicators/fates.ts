import type { Outcome } from '../model/entry.ts';
import type { SlotCounts } from '../slot-view.ts';

/** How many ended in which way. */
export type Fates = Record<Outcome, number>;

export function countFates(all: readonly { outcome: Outcome }[]): Fates {
  const fates: Fates = { good: 0, bad: 0, unknown: 0 };
  for (const { outcome } of all) fates[outcome]++;
  return fates;
}

/**
 * The least and the greatest share of good ones. What belongs to them only perhaps is left out where that makes the bound wider, and what became
 * of nobody knows what is bad in the low bound and good in the high one.
 */
export function boundsOf(certain: Fates, perhaps: Fates): { low: number; high: number } {
  const all = certain.good + certain.bad + certain.unknown;
  const maybeBad = perhaps.bad + perhaps.unknown;
  const maybeGood = perhaps.good + perhaps.unknown;
  return {
    low: certain.good / (all + maybeBad),
    high: (certain.good + certain.unknown + maybeGood) / (all + maybeGood),
  };
}

export function asCounts({ good, bad, unknown }: Fates): SlotCounts {
  return { good, bad, missing: unknown };
}
