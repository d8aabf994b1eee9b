import { BAD, GOOD } from '../column.ts';
import type { Moment } from '../phases.ts';
import { countSlots, type SlotView } from '../slot-view.ts';
import { clockNotes } from './clock-note.ts';
import { type Measurable, type Measured, undecidable } from './measured.ts';
import { noSlots } from './no-slots.ts';
import { earliestEnd, firstBreak, statesOf } from './stretch.ts';
import type { Thresholds } from './time-to-recover.ts';

/**
 * The time from the real injection to the first bad stretch, as an interval. Where the service was never bad, the impact lies beyond the last
 * good sample: its start is the low bound, the high one is unbounded.
 */
export function measureTimeToImpact(view: SlotView, origin: Moment, thresholds: Thresholds): Measurable {
  const counts = countSlots(view, thresholds.good);
  if (view.rows.length === 0) return noSlots(view, 'ms');
  if (counts.good + counts.bad === 0)
    return undecidable('no-samples', `none of the ${view.rows.length} due slots was answered`, 'ms', counts);
  const low = earliestImpact(view, origin, thresholds);
  const measured: Measured = {
    decidable: true,
    low,
    high: Math.max(low, latestImpact(view, origin, thresholds)),
    unit: 'ms',
    counts,
    notes: clockNotes(view),
  };
  if (counts.missing > 0)
    measured.wideBecause = {
      reason: 'missing-samples',
      text: `${counts.missing} slots after the injection are missing`,
    };
  return measured;
}

/** With missing slots bad: after the start of the last good sample before the first bad stretch, or before the end. */
function earliestImpact(view: SlotView, origin: Moment, thresholds: Thresholds): number {
  const states = statesOf(view, thresholds.good, BAD);
  const broken = firstBreak(states, thresholds.failureThreshold);
  let good = (broken < 0 ? states.length : broken) - 1;
  while (good >= 0 && states[good] !== GOOD) good--;
  if (good < 0) return 0;
  const started = view.column.started(view.rows[good]!) - view.clock[1];
  return Math.max(0, started - view.lookbackMs - origin.latest);
}

/** With missing slots good: at the latest by the earliest end of a bad sample from the first bad stretch on. */
function latestImpact(view: SlotView, origin: Moment, thresholds: Thresholds): number {
  const states = statesOf(view, thresholds.good, GOOD);
  const broken = firstBreak(states, thresholds.failureThreshold);
  if (broken < 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, earliestEnd(view, states, BAD, broken) - view.clock[0] - origin.earliest);
}
