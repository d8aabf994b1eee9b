import type { Client } from '@temporalio/client';
import { oneLine } from '../../clients/http-trouble.ts';
import type { Attempt } from './trail.ts';

/** What the server itself says of a run, without the lag of visibility. */
export type RunState =
  | {
      is: 'running';
      firstRunId: string;
      /** The greatest attempt at a task of it that is under way. */
      attempts: number;
      /** Why the last attempt failed. */
      lastFailure?: string;
      /** Who took the last attempt at each activity that is under way. */
      tries: Attempt[];
    }
  | { is: 'continued'; firstRunId: string; runId: string }
  | { is: 'ended'; firstRunId: string; how: Ending };

/** How a run ended, by the words of the server. */
export type Ending = 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timedOut';

/** `WorkflowExecutionStatus`; what is not here runs. */
const ENDINGS: Readonly<Record<number, Ending>> = {
  2: 'completed',
  3: 'failed',
  4: 'cancelled',
  5: 'terminated',
  7: 'timedOut',
};
const CONTINUED_AS_NEW = 6;
const CLOSE_EVENT_ONLY = 2;
/** `PendingActivityState`. */
const STARTED = 2;
const MOST_PENDING = 50;

interface Run {
  workflowId: string;
  runId: string;
}

export async function readRunState(client: Client, run: Run): Promise<RunState> {
  const { namespace } = client.options;
  const answer = await client.workflowService.describeWorkflowExecution({ namespace, execution: run });
  const info = answer.workflowExecutionInfo;
  const firstRunId = info?.firstRunId || run.runId;
  const how = ENDINGS[info?.status ?? 0];
  const running = { is: 'running', firstRunId, ...pendingOf(answer) } as const;
  if (how === undefined && info?.status !== CONTINUED_AS_NEW) return running;
  const next = await nextRunOf(client, run);
  // A run by the clock comes after one that is complete, and is another.
  if (next !== undefined && how !== 'completed') return { is: 'continued', firstRunId, runId: next };
  return how === undefined ? running : { is: 'ended', firstRunId, how };
}

/** A run that continues as new, or is tried again, names the next one in its last event. */
async function nextRunOf(client: Client, execution: Run): Promise<string | undefined> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    ...{ namespace: client.options.namespace, execution, maximumPageSize: 1, skipArchival: true },
    historyEventFilterType: CLOSE_EVENT_ONLY,
  });
  const last = history?.events?.at(-1);
  const attributes =
    last?.workflowExecutionContinuedAsNewEventAttributes ??
    last?.workflowExecutionFailedEventAttributes ??
    last?.workflowExecutionTimedOutEventAttributes;
  return attributes?.newExecutionRunId || undefined;
}

interface PendingActivity {
  activityId?: string | null;
  activityType?: { name?: string | null } | null;
  state?: number | null;
  attempt?: number | null;
  lastWorkerIdentity?: string | null;
  lastFailure?: { message?: string | null } | null;
}

interface Pending {
  pendingActivities?: readonly PendingActivity[] | null;
  pendingWorkflowTask?: { attempt?: number | null } | null;
}

function pendingOf({ pendingActivities, pendingWorkflowTask }: Pending) {
  const activities = (pendingActivities ?? []).slice(0, MOST_PENDING);
  const failure = activities.find(({ lastFailure }) => lastFailure?.message)?.lastFailure?.message;
  return {
    attempts: Math.max(pendingWorkflowTask?.attempt ?? 1, ...activities.map(({ attempt }) => attempt ?? 1)),
    ...(failure && { lastFailure: oneLine(failure, 120) }),
    tries: activities.flatMap((activity) => lastTryOf(activity) ?? []),
  };
}

/** While the next attempt waits for a worker, the one named is who took the attempt before. */
function lastTryOf(pending: PendingActivity): Attempt | undefined {
  const { activityId, activityType, state, lastWorkerIdentity, lastFailure } = pending;
  const isUnderWay = state === STARTED;
  const attempt = (pending.attempt ?? 1) - (isUnderWay ? 0 : 1);
  if (!lastWorkerIdentity || attempt < 1) return undefined;
  return {
    id: oneLine(activityId ?? '', 60),
    activity: oneLine(activityType?.name ?? 'an activity', 60),
    attempt,
    worker: oneLine(lastWorkerIdentity, 80),
    ...(isUnderWay && lastFailure?.message && { failure: oneLine(lastFailure.message, 120) }),
  };
}
