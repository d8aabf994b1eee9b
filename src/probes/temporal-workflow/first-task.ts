import type { Client } from '@temporalio/client';
import { oneLine } from '../../clients/http-trouble.ts';
import { type ServerTime, serverTimeMs } from './server-time.ts';

/** What the history says about a workflow's first task. */
export interface FirstTask {
  /** From its being scheduled to a worker's taking it; absent while nobody has. */
  scheduleToStartMs?: number;
  /** A worker ran it to its end. */
  completed: boolean;
  /** Why the worker could not run it: an unknown workflow type, say. */
  failure?: string;
}

interface Run {
  workflowId: string;
  runId: string;
}

interface HistoryEvent {
  eventTime?: ServerTime | null;
  workflowTaskScheduledEventAttributes?: unknown;
  workflowTaskStartedEventAttributes?: unknown;
  workflowTaskCompletedEventAttributes?: unknown;
  workflowTaskFailedEventAttributes?: { failure?: { message?: string | null } | null } | null;
}

/** The first page is enough: start, scheduled, started and failed come first. */
const FIRST_EVENTS = 10;

/** A worker that waits for tasks asks again at least every minute. */
const POLLER_FRESH_MS = 70_000;

/** Reads the beginning of the history. */
export async function readFirstTask(client: Client, run: Run): Promise<FirstTask> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: run,
    maximumPageSize: FIRST_EVENTS,
  });
  return firstTaskOf((history?.events ?? []) as HistoryEvent[]);
}

/** True where a worker has asked this task queue for work lately. */
export async function hasPollers(client: Client, taskQueue: string, wallClockMs: number): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: 1,
  });
  return (pollers ?? []).some(
    ({ lastAccessTime }) => wallClockMs - (serverTimeMs(lastAccessTime) ?? 0) < POLLER_FRESH_MS,
  );
}

export function firstTaskOf(events: HistoryEvent[]): FirstTask {
  const scheduled = serverTimeMs(events.find((event) => event.workflowTaskScheduledEventAttributes)?.eventTime);
  const started = serverTimeMs(events.find((event) => event.workflowTaskStartedEventAttributes)?.eventTime);
  const failed = events.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes;
  return {
    completed: events.some((event) => event.workflowTaskCompletedEventAttributes),
    ...(scheduled !== undefined && started !== undefined && { scheduleToStartMs: Math.max(0, started - scheduled) }),
    ...(failed && { failure: oneLine(failed.failure?.message ?? 'no message', 120) }),
  };
}
