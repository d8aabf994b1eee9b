import type { Reference } from '../model/entry.ts';
import type { Stat } from '../model/plan.ts';
import { formatDuration } from '../model/quantity.ts';
import type { Window } from '../phases.ts';
import { lookbackMs } from '../promql-lookback.ts';
import { referencePoints } from '../reference.ts';
import { applyStat, sortedCopy } from '../stats/statistic.ts';
import { type Measurable, undecidable } from './measured.ts';
import { boundsWithMissing } from './rank-bounds.ts';
import { forgivenNote, forgives } from './tolerance.ts';

/** Points carry whole microseconds. */
const ROUNDING_MS = 0.001;

/**
 * A statistic over the points of a recorded range query. Points whose lookback reaches out of the phase do not belong to it; steps without a
 * (finite) point are missing, and their value may have been anything.
 */
export function measureQuery(
  reference: Reference | undefined,
  query: string,
  stat: Stat,
  window: Window,
  tolerateMissing: number,
): Measurable {
  const points = referencePoints(reference, 1, window.to);
  if (!points.ok) return undecidable(points.reason, points.text, '1');
  const from = window.from + lookbackMs(query);
  if (from >= window.to)
    return undecidable(
      'lookback-outside-phase',
      `the query looks back ${formatDuration(from - window.from)}, which reaches out of a phase of ${formatDuration(window.to - window.from)}`,
      '1',
    );
  const isInside = (time: number): boolean => time >= from - ROUNDING_MS && time <= window.to + ROUNDING_MS;
  const inside = points.values.filter((_, index) => isInside(points.times[index]!));
  if (inside.length === 0) return undecidable('reference-too-few', 'no point of the answer lies in this phase', '1');
  const missing = Math.max(0, stepsWithin(from, window.to, reference!.step * 1000, points.times[0]!) - inside.length);
  const counts = { good: inside.length, bad: 0, missing };
  const forgiven = forgives(counts, tolerateMissing);
  const value = applyStat(inside, stat);
  const bounds = forgiven || missing === 0 ? { low: value, high: value } : boundsOf(inside, missing, stat);
  return {
    decidable: true,
    ...bounds,
    point: value,
    unit: '1',
    counts,
    resampled: { values: inside, statistic: (drawn) => applyStat(drawn, stat) },
    notes: forgiven ? [...points.notes, forgivenNote(counts, tolerateMissing)] : points.notes,
  };
}

/** How many steps of the answer's grid, of which any one point is known, lie in the phase. */
function stepsWithin(from: number, to: number, stepMs: number, onGrid: number): number {
  if (stepMs === 0) return 1;
  const first = Math.ceil((from - onGrid - ROUNDING_MS) / stepMs);
  const last = Math.floor((to - onGrid + ROUNDING_MS) / stepMs);
  return last - first + 1;
}

const QUANTILES: Partial<Record<string, number>> = { max: 1, min: 0, median: 0.5 };

function boundsOf(values: number[], missing: number, stat: Stat): { low: number; high: number } {
  const q = typeof stat === 'object' ? stat.quantile : QUANTILES[stat];
  if (q === undefined) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  return boundsWithMissing(sortedCopy(values), missing, q, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
}
