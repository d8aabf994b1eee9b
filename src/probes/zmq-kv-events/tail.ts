import type { Offset } from '../../slo/model/entry.ts';
import { decodeBatch } from './batch.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Hole } from './holes.ts';
import { END_OF_REPLAY, type Numbered } from './live-message.ts';
import type { Ask } from './recovery.ts';
import type { Observation, StreamChecker } from './stream-checker.ts';

/** What came after the highest position that arrived: nobody can tell from the live stream alone. */
export interface TailOutcome {
  /** The publisher has told all that it sent after that position. */
  known: boolean;
  /** What of that we had not seen. */
  recovered: Hole[];
  /** Why it is not known. */
  problem?: string;
}

/**
 * Asks the publisher's replay what it has sent after the highest position. The answer begins with that one: it counts only if the replay
 * holds it with the same content, since another lifetime of the publisher numbers its batches anew.
 */
export async function recoverTail(
  checker: StreamChecker,
  ask: Ask,
  at: Offset,
  signal: AbortSignal,
): Promise<TailOutcome> {
  const { highest, lifetimes } = checker;
  const known = highest === undefined ? undefined : checker.fingerprintOf(highest);
  if (highest === undefined || known === undefined) return unknownTail('no batch has been seen');
  const after: Omit<Observation, 'connection'>[] = [];
  let anchored = false;
  const batch = ({ seq, payload }: Numbered): boolean => {
    if (seq === highest) anchored = fingerprintOf(payload) === known;
    else if (anchored) after.push(...readable(seq, payload, at));
    return anchored;
  };
  const answer = await ask({ from: highest, until: END_OF_REPLAY, batch }, signal);
  if (answer.problem !== undefined) return unknownTail(answer.problem);
  if (!anchored || checker.lifetimes !== lifetimes)
    return unknownTail('its replay no longer holds the last batch seen');
  const recovered = after.flatMap((each) => checker.adopt(each) ?? []);
  return { known: true, recovered };
}

function unknownTail(problem: string): TailOutcome {
  return { known: false, recovered: [], problem };
}

/** What cannot be read has not been recovered. */
function readable(seq: bigint, payload: Buffer, at: Offset): Omit<Observation, 'connection'>[] {
  const decoded = decodeBatch(payload);
  if (!decoded.ok) return [];
  return [{ seq, fingerprint: fingerprintOf(payload), at, stampMs: decoded.batch.stampMs }];
}
