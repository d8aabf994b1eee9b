import type { Offset } from '../../slo/model/entry.ts';
import { type Hole, splitAt } from './holes.ts';
import type { RecoveryOutcome } from './recovery.ts';
import type { Settlement } from './stream-checker.ts';

const MAX_RANGES = 20;

/** What one stream cost in an experiment. */
export interface Account {
  /** Positions that came neither live nor by replay, by whether their hole opened by the experiment's first reading or after it. */
  lost: { early: number; later: number };
  recovered: { early: number; later: number };
  /** Up to here nothing can be missing unnoticed. */
  knownTo: Offset;
  reason?: string;
  detail?: Record<string, unknown>;
}

/** What is known of a stream at the end. */
export interface Findings {
  settled: Settlement;
  recovery: RecoveryOutcome;
  firstReadingTo: Offset;
  knownTo: Offset;
  /** Why it is not known what came last, and after which position. */
  tail?: { after?: bigint | undefined; problem: string };
}

/** Draws the account of one stream. */
export function accountOf({ settled, recovery, firstReadingTo, knownTo, tail }: Findings): Account {
  const early = recovery.recovered.filter((hole) => hole.openedAt <= firstReadingTo).length;
  const problem = problemOf(settled, recovery) ?? (tail && `what came last is unknown: ${tail.problem}`);
  const detail = detailOf(settled, recovery, tail);
  return {
    lost: { early: Number(settled.lostBefore), later: Number(settled.lostAfter) },
    recovered: { early, later: recovery.recovered.length - early },
    knownTo,
    ...(problem !== undefined && { reason: problem }),
    ...(detail && { detail }),
  };
}

function problemOf(settled: Settlement, recovery: RecoveryOutcome): string | undefined {
  const lost = settled.lostBefore + settled.lostAfter;
  if (lost === 0n) return undefined;
  const problem =
    settled.beyondRecall === lost ? 'they are of a lifetime of the publisher that has ended' : recovery.problem;
  return problem === undefined ? undefined : `batches are lost: ${problem}`;
}

function detailOf(
  settled: Settlement,
  recovery: RecoveryOutcome,
  tail: Findings['tail'],
): Record<string, unknown> | undefined {
  if (settled.lost.length === 0 && recovery.requests === 0 && !tail) return undefined;
  return {
    lost: rangesOf(settled.lost),
    ...whyLost(settled, recovery),
    recovered: recovery.recovered.length,
    replayRequests: recovery.requests,
    ...(recovery.reachesBackTo !== undefined && { replayReachesBackTo: String(recovery.reachesBackTo) }),
    ...(tail?.after !== undefined && { unknownAfter: String(tail.after) }),
  };
}

/** What the publisher's buffer no longer held stands apart from what its replay left out, and what we were away for from what an open connection missed. */
function whyLost(settled: Settlement, { reachesBackTo }: RecoveryOutcome): Record<string, unknown> {
  const ended = settled.lost.slice(0, settled.ofEarlierLifetimes);
  const present = settled.lost.slice(settled.ofEarlierLifetimes);
  const { below, rest } = splitAt(reachesBackTo === undefined ? [] : present, reachesBackTo ?? 0n);
  const whileAway = settled.lost.filter(({ away }) => away);
  const kinds = { whileAway, ofAnEndedLifetime: ended, beforeTheBuffer: below, leftOutByTheReplay: rest };
  return Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, holes]) => (holes.length > 0 ? [[kind, rangesOf(holes)]] : [])),
  );
}

/** Exact, as far as there is room. */
export function rangesOf(holes: readonly Hole[]): { ranges: [string, string][]; omitted?: number } {
  const ranges = holes.slice(0, MAX_RANGES).map((hole): [string, string] => [String(hole.from), String(hole.to)]);
  return { ranges, ...(holes.length > MAX_RANGES && { omitted: holes.length - MAX_RANGES }) };
}
