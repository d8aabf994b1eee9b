import { GOOD } from '../column.ts';
import type { GoodRule } from '../model/plan.ts';
import { countSlots, MISSING, mostFrequentReason, type SlotView, slotState } from '../slot-view.ts';
import { type Measurable, undecidable } from './measured.ts';
import { lacksSlots, noSlots } from './no-slots.ts';
import { forgivenNote, forgives } from './tolerance.ts';

/** The share of good slots. A missing slot is bad in the low bound and good in the high one. */
export function measureRatio(view: SlotView, rule: GoodRule | undefined, tolerateMissing: number): Measurable {
  const counts = countSlots(view, rule);
  const due = view.rows.length;
  if (lacksSlots(view)) return noSlots(view, 'ratio');
  const answered = counts.good + counts.bad;
  if (answered === 0) return undecidable('no-samples', `none of the ${due} due slots was answered`, 'ratio', counts);
  const forgiven = forgives(counts, tolerateMissing);
  const of = forgiven ? answered : due;
  return {
    decidable: true,
    low: counts.good / of,
    high: forgiven ? counts.good / of : (counts.good + counts.missing) / of,
    point: counts.good / answered,
    unit: 'ratio',
    counts,
    mostly: mostFrequentReason(view, rule),
    resampled: { values: answeredStates(view, rule), statistic: share },
    notes: forgiven ? [forgivenNote(counts, tolerateMissing)] : [],
  };
}

function answeredStates(view: SlotView, rule: GoodRule | undefined): number[] {
  const states: number[] = [];
  for (let index = 0; index < view.rows.length; index++) {
    const state = slotState(view, index, rule);
    if (state !== MISSING) states.push(state === GOOD ? 1 : 0);
  }
  return states;
}

function share(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
