import type { Life, Offset } from '../../slo/model/entry.ts';
import type { Ending } from './run-state.ts';
import type { Attempt, Trail } from './trail.ts';
import type { CallTrouble } from './trouble.ts';

/** One workflow of the application, from the first look at it to its end. */
export interface Followed {
  workflowId: string;
  /** The run that is looked at: it moves on when the workflow continues as new. */
  runId: string;
  /** Known once the server itself was asked. */
  firstRunId?: string;
  /** The widest that its beginning may lie back, where that is known. */
  notBefore: Offset | null;
  /** It began while we were watching. */
  isNew: boolean;
  /** When it was seen to be there first and last. */
  seen?: [Offset, Offset];
  /** What the last look at it brought: that it runs, or why that could not be learnt. */
  lastLook?: 'running' | CallTrouble;
  attempts: number;
  lastFailure?: string;
  /** Who took its workflow tasks. */
  workers: Set<string>;
  /** Who took each attempt at its activities, as far as it was seen. */
  tries: Map<string, Attempt>;
  /** It went on at another worker than the one that had it. */
  moved: boolean;
  waitedMs?: number;
  /** The task of looking at it is under way. */
  busy?: true;
}

/** How a workflow ended, judged by its result. */
export interface End {
  how: Ending | 'lost';
  outcome: 'good' | 'bad';
  reason?: string;
  notAfter: Offset;
}

const MOST_WORKERS = 10;
const MOST_TRIES = 200;
const MOST_TRIES_TOLD = 6;

/** Who took which attempt. */
export function noteTries({ runId, tries }: Followed, attempts: readonly Attempt[]): void {
  for (const attempt of attempts) tries.set(`${runId}/${attempt.id}/${attempt.attempt}`, attempt);
  for (const oldest of tries.keys()) {
    if (tries.size <= MOST_TRIES) return;
    tries.delete(oldest);
  }
}

/** Those at activities that were tried more than once, each with its worker. */
function repeatedTries({ tries }: Followed): Omit<Attempt, 'id'>[] {
  const activityOf = (key: string) => key.slice(0, key.lastIndexOf('/'));
  const repeated = new Set([...tries].filter(([, { attempt }]) => attempt > 1).map(([key]) => activityOf(key)));
  return [...tries]
    .filter(([key]) => repeated.has(activityOf(key)))
    .slice(-MOST_TRIES_TOLD)
    .map(([, { id: _, ...attempt }]) => attempt);
}

/** What a history adds to what is known of a workflow. */
export function learnFrom(followed: Followed, trail: Trail): void {
  for (const worker of trail.workers) if (followed.workers.size < MOST_WORKERS) followed.workers.add(worker);
  followed.moved ||= followed.workers.size > 1;
  noteTries(followed, trail.retries);
  followed.attempts = Math.max(followed.attempts, ...trail.retries.map(({ attempt }) => attempt));
  const failure = trail.retries.findLast((retry) => retry.failure !== undefined)?.failure;
  if (failure !== undefined) followed.lastFailure = failure;
  if (trail.waitedMs !== undefined) followed.waitedMs = Math.max(followed.waitedMs ?? 0, trail.waitedMs);
}

/** What the judge gets to see of it. */
export function lifeOf(followed: Followed, end: End | undefined, now: Offset): Life {
  const { notBefore, lastLook } = followed;
  const seen = followed.seen ?? [now, now];
  const names = { id: `${followed.workflowId}/${followed.firstRunId ?? followed.runId}`, key: followed.workflowId };
  if (end) {
    const { outcome, reason, notAfter } = end;
    const within: Life['within'] = [notBefore, notAfter];
    const ended: Life['ended'] = [followed.seen?.[1] ?? notBefore, notAfter];
    return { ...names, seen, within, ended, outcome, ...(reason !== undefined && { reason }) };
  }
  const unended = { ...names, seen, within: [notBefore, null] as Life['within'] };
  if (lastLook === 'running') return { ...unended, outcome: 'bad', reason: 'the workflow still runs' };
  return { ...unended, outcome: 'unknown', reason: lastLook?.reason ?? 'there was no time to ask' };
}

/** What is told of those that did not run smoothly. */
export function storyOf(followed: Followed, end: End | undefined): object | undefined {
  const { workflowId, attempts, moved, workers, lastFailure } = followed;
  if (end?.outcome === 'good' && attempts <= 1 && !moved) return undefined;
  const tries = repeatedTries(followed);
  return {
    workflow: workflowId.slice(0, 200),
    ended: end ? (end.reason ?? end.how) : 'still running',
    attempts,
    workers: [...workers],
    ...(tries.length > 0 && { tries }),
    ...(lastFailure !== undefined && { lastFailure }),
  };
}
