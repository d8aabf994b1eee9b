import type { Offset } from '../../slo/model/entry.ts';
import type { FinalReading } from '../contract.ts';
import type { Hole } from './holes.ts';
import type { RecoveryOutcome } from './recovery.ts';
import type { Settlement } from './stream-checker.ts';

const MAX_RANGES = 20;

/** Where the experiment that is being closed lies in time. */
export interface Stretch {
  from: Offset;
  /** Where the experiment's first reading ends: what a reading covers may have begun before the experiment. */
  firstReadingTo: Offset;
  /** Up to here nothing can be missing unnoticed. */
  knownTo: Offset;
}

/**
 * The losses of an experiment. The part up to its first reading stands apart, because it may reach back beyond the experiment's start; so
 * the rest lies wholly inside it. Beyond `knownTo` nothing is claimed: what follows it is a hole in the counts.
 */
export function lossReadings(stretch: Stretch, settled: Settlement, recovery: RecoveryOutcome): FinalReading[] {
  const { from, firstReadingTo, knownTo } = stretch;
  const early = recovery.recovered.filter((hole) => hole.openedAt <= firstReadingTo).length;
  const before = { lost: Number(settled.lostBefore), recovered: early };
  const after = { lost: Number(settled.lostAfter), recovered: recovery.recovered.length - early };
  const story = storyOf(settled, recovery);
  const head: FinalReading = { covers: [from, Math.min(firstReadingTo, Math.max(from, knownTo))], values: before };
  if (knownTo <= firstReadingTo) return [{ ...head, ...story }];
  return [head, { covers: [firstReadingTo, knownTo], values: after, ...story }];
}

function storyOf(settled: Settlement, recovery: RecoveryOutcome): Pick<FinalReading, 'reason' | 'detail'> {
  const lost = settled.lostBefore + settled.lostAfter;
  const problem =
    settled.beyondRecall === lost ? 'they are of a lifetime of the publisher that has ended' : recovery.problem;
  const detail = {
    lost: rangesOf(settled.lost),
    recovered: recovery.recovered.length,
    replayRequests: recovery.requests,
    ...(recovery.reachesBackTo !== undefined && { replayReachesBackTo: String(recovery.reachesBackTo) }),
  };
  if (lost === 0n) return recovery.requests > 0 ? { detail } : {};
  return { ...(problem !== undefined && { reason: `batches are lost: ${problem}` }), detail };
}

/** Exact, as far as there is room. */
export function rangesOf(holes: readonly Hole[]): { ranges: [string, string][]; omitted?: number } {
  const ranges = holes.slice(0, MAX_RANGES).map((hole): [string, string] => [String(hole.from), String(hole.to)]);
  return { ranges, ...(holes.length > MAX_RANGES && { omitted: holes.length - MAX_RANGES }) };
}
