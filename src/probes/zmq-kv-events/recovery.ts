import { setTimeout as sleep } from 'node:timers/promises';
import { decodeBatch } from './batch.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Hole } from './holes.ts';
import type { Numbered } from './live-message.ts';
import type { ReplayAnswer, ReplayRequest } from './replay.ts';
import type { StreamChecker } from './stream-checker.ts';

/** One request brings all that follows, so few are needed; each stops the engine's live publishing while it is served. */
const MAX_REQUESTS = 16;
const PAUSE_MS = 250;

export type Ask = (request: ReplayRequest, signal: AbortSignal) => Promise<ReplayAnswer>;

/** What asking for holes came to. */
export interface RecoveryOutcome {
  recovered: Hole[];
  requests: number;
  /** Why positions that are still missing could not be had. */
  problem?: string;
  /** The oldest position that the publisher still had. */
  reachesBackTo?: bigint;
}

/**
 * Asks the publisher's replay for what is missing, from the first hole on. A hole that an answer left open is asked for once again: a
 * publisher may lose replayed batches to a slow reader.
 */
export async function recoverHoles(checker: StreamChecker, ask: Ask, signal: AbortSignal): Promise<RecoveryOutcome> {
  const outcome: RecoveryOutcome = { recovered: [], requests: 0 };
  for (let fruitless = 0; fruitless < 2 && outcome.requests < MAX_REQUESTS; ) {
    const [first] = checker.openHoles;
    const last = checker.openHoles.at(-1);
    if (!first || !last || signal.aborted) break;
    outcome.requests++;
    const before = outcome.recovered.length;
    await askOnce(checker, ask, { from: first.from, until: last.to }, outcome, signal);
    fruitless = outcome.recovered.length > before ? 0 : fruitless + 1;
  }
  return outcome;
}

/** Leaves the publisher time between two requests: while it answers one, it publishes nothing. */
export function paced(ask: Ask): Ask {
  let earliest = 0;
  return async (request, signal) => {
    const waitMs = earliest - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    const answer = await ask(request, signal);
    earliest = performance.now() + PAUSE_MS;
    return answer;
  };
}

/** Begins one position early where that one is remembered: if its content differs, another lifetime of the publisher answers. */
async function askOnce(
  checker: StreamChecker,
  ask: Ask,
  range: { from: bigint; until: bigint },
  outcome: RecoveryOutcome,
  signal: AbortSignal,
): Promise<void> {
  const anchor = range.from - 1n;
  const anchored = checker.fingerprintOf(anchor) !== undefined;
  const lifetime = checker.lifetimes;
  let foreign = false;
  const batch = (replayed: Numbered): boolean => {
    foreign ||= checker.lifetimes !== lifetime || isForeign(checker, replayed);
    if (!foreign) takeIn(checker, replayed, outcome);
    return !foreign;
  };
  const from = anchored ? anchor : range.from;
  const answer = await ask({ from, until: range.until, batch }, signal);
  const problem = foreign
    ? 'the publisher has restarted, its replay is of another lifetime'
    : problemOf(answer, range.from);
  delete outcome.problem;
  if (problem !== undefined) outcome.problem = problem;
  if (answer.first !== undefined && !foreign) outcome.reachesBackTo = answer.first;
}

function isForeign(checker: StreamChecker, { seq, payload }: Numbered): boolean {
  const known = checker.fingerprintOf(seq);
  return known !== undefined && known !== fingerprintOf(payload);
}

function takeIn(checker: StreamChecker, { seq, payload }: Numbered, outcome: RecoveryOutcome): void {
  if (!decodeBatch(payload).ok) return;
  const hole = checker.recover(seq, fingerprintOf(payload));
  if (hole) outcome.recovered.push({ from: seq, to: seq, openedAt: hole.openedAt });
}

function problemOf(answer: ReplayAnswer, from: bigint): string | undefined {
  if (answer.problem !== undefined) return answer.problem;
  if (answer.first === undefined) return "the publisher's buffer no longer holds these positions";
  return answer.first > from
    ? "the publisher's buffer does not reach back far enough"
    : 'the replay left positions out';
}
