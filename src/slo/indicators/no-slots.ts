import type { Unit } from '../model/plan.ts';
import { formatDuration } from '../model/quantity.ts';
import type { SlotView } from '../slot-view.ts';
import { type Undecidable, undecidable } from './measured.ts';

/** Why a window holds no slot of a probe. */
export function noSlots(view: SlotView, unit: Unit): Undecidable {
  if (view.reachingOut > 0)
    return undecidable(
      'lookback-outside-phase',
      `the query looks back ${formatDuration(view.lookbackMs)}, which reaches out of the phase at each of its ${view.reachingOut} slots`,
      unit,
    );
  return undecidable('no-slots', `no slot of ${view.probe.name} was due in this phase`, unit);
}
