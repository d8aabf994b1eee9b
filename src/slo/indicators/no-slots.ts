import type { Unit } from '../model/plan.ts';
import { formatDuration } from '../model/quantity.ts';
import type { SlotView } from '../slot-view.ts';
import { type Undecidable, undecidable } from './measured.ts';

/** A window without slots, or one in which a place has some, but none for certain: the others must not speak for it. */
export function lacksSlots({ rows, unplaced }: SlotView): boolean {
  return rows.length === 0 || unplaced > 0;
}

/** Why a window holds no slot of a probe, or none of one of its places. */
export function noSlots(view: SlotView, unit: Unit): Undecidable {
  if (view.reachingOut > 0)
    return undecidable(
      'lookback-outside-phase',
      `the query looks back ${formatDuration(view.lookbackMs)}, which reaches out of the phase at each of its ${view.reachingOut} slots`,
      unit,
    );
  if (view.unplaced > 0)
    return undecidable(
      'no-slots',
      `at ${view.probe.at} no slot of ${view.probe.name} was due in this phase for certain: a clock there is known no better`,
      unit,
    );
  return undecidable('no-slots', `no slot of ${view.probe.name} was due in this phase`, unit);
}
