import type { SlotCounts } from '../slot-view.ts';

/**
 * Whether the plan forgives this many missing slots; then they are left out of the count, and the verdict says so. Divided, not multiplied:
 * 29 of 100 are exactly 29%, but 0.29 * 100 is less than 29.
 */
export function forgives(counts: SlotCounts, tolerateMissing: number): boolean {
  const due = counts.good + counts.bad + counts.missing;
  return tolerateMissing > 0 && counts.missing > 0 && counts.missing / due <= tolerateMissing;
}

export function forgivenNote(counts: SlotCounts, tolerateMissing: number): string {
  const due = counts.good + counts.bad + counts.missing;
  return `${counts.missing} of ${due} slots are missing; the plan tolerates ${Number((tolerateMissing * 100).toFixed(4))}%`;
}
