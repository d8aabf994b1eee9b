import type { Offset } from '../../slo/model/entry.ts';
import type { FinalReading } from '../contract.ts';
import type { CanaryLosses } from './canary-book.ts';
import type { Unended } from './work-book.ts';

/** Where the experiment that is being closed lies in time. */
export interface Stretch {
  from: Offset;
  /** Where its first reading ends: what is before may have been before the experiment. */
  firstReadingTo: Offset;
  /** When all was read that the experiment had brought: what begins later is not the experiment's. */
  readAt: Offset;
  end: Offset;
}

/**
 * Works that never ended over an experiment. The part up to its first reading stands apart, so that the rest lies wholly inside it. Where
 * open ones were forgotten, what is known is the least: it counts for a moment only, and the rest stays a hole.
 */
export function workReadings({ from, firstReadingTo, end }: Stretch, unended: Unended): FinalReading[] {
  const { before, after, ids, incomplete } = unended;
  const to = incomplete ? firstReadingTo : end;
  const reason = incomplete
    ? 'works that had not ended were forgotten, there may be more'
    : before + after > 0 && 'works began and did not end';
  return [
    { covers: [incomplete ? firstReadingTo : from, firstReadingTo], values: { neverEnded: before } },
    {
      covers: [firstReadingTo, to],
      values: { neverEnded: after },
      ...(reason && { reason }),
      ...(ids.length > 0 && { detail: { neverEnded: ids } }),
    },
  ];
}

/** Canaries that did not come back. From the first one on of which nothing can be said, nothing is claimed. */
export function canaryReadings({ from, firstReadingTo, end }: Stretch, losses: CanaryLosses): FinalReading[] {
  const { before, after, lostIds, openFrom } = losses;
  const knownTo = Math.min(end, openFrom ?? end);
  const story = {
    ...(openFrom !== undefined && { reason: 'of some canaries it is not known whether they were written' }),
    ...(lostIds.length > 0 && { reason: 'canaries were lost', detail: { lost: lostIds } }),
  };
  return [
    { covers: [from, Math.max(from, Math.min(firstReadingTo, knownTo))], values: before },
    { covers: [firstReadingTo, Math.max(firstReadingTo, knownTo)], values: after, ...story },
  ];
}
