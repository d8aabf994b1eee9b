import type { Unit } from '../model/plan.ts';
import type { ReasonCode } from '../model/report.ts';
import type { SlotCounts } from '../slot-view.ts';
import type { Measured as Resampled } from '../stats/bootstrap.ts';

/** What an indicator came to over one window: the truth lies in `[low, high]`; infinite where unbounded. */
export interface Measured {
  decidable: true;
  low: number;
  high: number;
  unit: Unit;
  counts: SlotCounts;
  /** Why the interval is as wide as it is, when that is not missing slots: decides which reason an inconclusive verdict gets. */
  wideBecause?: { reason: ReasonCode; text: string };
  /** The values behind it, for comparisons that infer. */
  resampled?: Resampled;
  /** The statistic over what was answered, between low and high. */
  point?: number;
  /** What most of the slots that were not good said. */
  mostly?: string | undefined;
  /** Which ones were not good, where they have names. */
  named?: string;
  /** Never bad since the request: a pass of its own kind. */
  notAffected?: true;
  notes: string[];
}

/** An indicator that cannot be measured at all. */
export interface Undecidable {
  decidable: false;
  reason: ReasonCode;
  text: string;
  counts: SlotCounts;
  unit: Unit;
  notes: string[];
}

export type Measurable = Measured | Undecidable;

const NO_COUNTS: SlotCounts = { good: 0, bad: 0, missing: 0 };

export function undecidable(reason: ReasonCode, text: string, unit: Unit, counts: SlotCounts = NO_COUNTS): Undecidable {
  return { decidable: false, reason, text, unit, counts, notes: [] };
}
