import { formatDuration } from '../model/quantity.ts';
import type { SlotView } from '../slot-view.ts';

/** Less than this is nothing beside what is measured. */
const WORTH_TELLING_MS = 50;

/** Says so where an interval is as wide as it is because of a clock. */
export function clockNotes({ clock: [behind, ahead], probe }: SlotView): string[] {
  if (ahead - behind < WORTH_TELLING_MS) return [];
  const [less, more] = [formatDuration(Math.round(-behind)), formatDuration(Math.round(ahead))];
  return [`times at ${probe.at} may be behind by ${less} or ahead by ${more}, since its clock is known no better`];
}
