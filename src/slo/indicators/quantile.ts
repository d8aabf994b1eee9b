import type { ProbeSpec, Unit } from '../model/plan.ts';
import { MISSING, type SlotView, slotValue } from '../slot-view.ts';
import { quantileOfSorted, sortedCopy } from '../stats/statistic.ts';
import { type Measurable, undecidable } from './measured.ts';
import { lacksSlots, noSlots } from './no-slots.ts';
import { boundsWithMissing } from './rank-bounds.ts';
import { forgivenNote, forgives } from './tolerance.ts';

/** A quantile needs that many answers: 10 / (1 - q); the maximum needs one, since any missing value leaves it unbounded anyway. */
export function answersNeeded(q: number): number {
  return q >= 1 ? 1 : Math.ceil(10 / (1 - q) - 1e-9);
}

/** A quantile of a value over the due slots. A missing value lies anywhere in its declared range. */
export function measureQuantile(view: SlotView, value: string, q: number, tolerateMissing: number): Measurable {
  const declared = view.probe.values[value];
  const unit = declared?.unit ?? '1';
  const due = view.rows.length;
  if (lacksSlots(view)) return noSlots(view, unit);
  const { values, least, bad } = answeredValues(view, value, unit);
  const counts = { good: values.length - bad, bad, missing: due - values.length };
  if (values.length < answersNeeded(q))
    return undecidable(
      values.length === 0 ? 'no-samples' : 'too-few-answers',
      `${values.length} answers, and a quantile of ${q} needs ${answersNeeded(q)}`,
      unit,
      counts,
    );
  const forgiven = forgives(counts, tolerateMissing);
  const sorted = sortedCopy(values);
  const missing = forgiven ? 0 : counts.missing;
  const range = rangeOf(view.probe, value);
  return {
    decidable: true,
    low: boundsWithMissing(least ? sortedCopy(least) : sorted, missing, q, range).low,
    high: boundsWithMissing(sorted, missing, q, range).high,
    point: quantileOfSorted(sorted, q),
    unit,
    counts,
    resampled: { values, statistic: (drawn) => quantileOfSorted(drawn.sort(), q) },
    notes: forgiven ? [forgivenNote(counts, tolerateMissing)] : [],
  };
}

interface Answered {
  values: number[];
  /** What they may have been without the time in which the prober itself did not run; absent where it always did. */
  least: number[] | undefined;
  bad: number;
}

function answeredValues(view: SlotView, name: string, unit: Unit): Answered {
  const values: number[] = [];
  let least: number[] | undefined;
  let bad = 0;
  for (let index = 0; index < view.rows.length; index++) {
    const value = slotValue(view, index, name);
    if (Number.isNaN(value) || view.rows[index] === MISSING) continue;
    const lost = lostOf(view.column.starvedMs(view.rows[index]!), unit);
    if (lost > 0) least ??= [...values];
    least?.push(Math.max(Math.min(0, value), value - lost));
    values.push(value);
    if (view.column.code(view.rows[index]!) === 1) bad++;
  }
  return { values, least, bad };
}

/** A duration that was taken while the prober stood still is too long by as much at the most; other values are what they are. */
function lostOf(starvedMs: number, unit: Unit): number {
  return unit === 'ms' ? starvedMs : unit === 's' ? starvedMs / 1000 : 0;
}

function rangeOf(probe: ProbeSpec, value: string): [number, number] {
  return probe.values[value]?.range ?? [0, Number.POSITIVE_INFINITY];
}
