import type { ProbeSpec } from '../model/plan.ts';
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
  const { values, bad } = answeredValues(view, value);
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
  return {
    decidable: true,
    ...boundsWithMissing(sorted, forgiven ? 0 : counts.missing, q, rangeOf(view.probe, value)),
    point: quantileOfSorted(sorted, q),
    unit,
    counts,
    resampled: { values, statistic: (drawn) => quantileOfSorted(drawn.sort(), q) },
    notes: forgiven ? [forgivenNote(counts, tolerateMissing)] : [],
  };
}

function answeredValues(view: SlotView, name: string): { values: number[]; bad: number } {
  const values: number[] = [];
  let bad = 0;
  for (let index = 0; index < view.rows.length; index++) {
    const value = slotValue(view, index, name);
    if (Number.isNaN(value) || view.rows[index] === MISSING) continue;
    values.push(value);
    if (view.column.code(view.rows[index]!) === 1) bad++;
  }
  return { values, bad };
}

function rangeOf(probe: ProbeSpec, value: string): [number, number] {
  return probe.values[value]?.range ?? [0, Number.POSITIVE_INFINITY];
}
