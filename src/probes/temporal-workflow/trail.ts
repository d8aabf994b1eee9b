import type { Client } from '@temporalio/client';
import { oneLine } from '../../clients/http-trouble.ts';
import { type ServerTime, serverTimeMs } from './server-time.ts';

/** Who worked on a run, and how it went, as far as its history was read. */
export interface Trail {
  /** Who took its workflow tasks, in order, each once in a row. */
  workers: string[];
  /** The longest that one of its workflow tasks waited for a worker. */
  waitedMs?: number;
  /** The last attempts at activities that were tried more than once: a history holds no others. */
  retries: Attempt[];
}

/** One attempt at an activity. */
export interface Attempt {
  /** Of the activity, within its run. */
  id: string;
  activity: string;
  attempt: number;
  worker: string;
  /** Why the attempt before failed. */
  failure?: string;
}

/** What of an event of a history is read. */
export interface TrailEvent {
  eventId?: unknown;
  eventTime?: ServerTime | null;
  workflowTaskScheduledEventAttributes?: object | null;
  workflowTaskStartedEventAttributes?: { scheduledEventId?: unknown; identity?: string | null } | null;
  workflowTaskTimedOutEventAttributes?: { scheduledEventId?: unknown } | null;
  activityTaskScheduledEventAttributes?: {
    activityId?: string | null;
    activityType?: { name?: string | null } | null;
  } | null;
  activityTaskStartedEventAttributes?: {
    scheduledEventId?: unknown;
    identity?: string | null;
    attempt?: number | null;
    lastFailure?: { message?: string | null } | null;
  } | null;
}

const PAGE = 250;
/** Of a longer history its beginning and its end are read. */
const PAGES_FROM_THE_END = 3;
const MOST_KEPT = 10;

/** Reads as much of a run's history as is bounded. */
export async function readTrail(client: Client, run: { workflowId: string; runId: string }): Promise<Trail> {
  const { workflowService: service, options } = client;
  const asked = { namespace: options.namespace, execution: run, maximumPageSize: PAGE };
  const { history, nextPageToken } = await service.getWorkflowExecutionHistory(asked);
  const beginning = (history?.events ?? []) as TrailEvent[];
  if (!nextPageToken || nextPageToken.length === 0) return trailOf(beginning);
  const end: TrailEvent[] = [];
  let token: Uint8Array = new Uint8Array();
  for (let page = 0; page < PAGES_FROM_THE_END; page++) {
    const answer = await service.getWorkflowExecutionHistoryReverse({ ...asked, nextPageToken: token });
    end.push(...((answer.history?.events ?? []) as TrailEvent[]));
    token = answer.nextPageToken ?? new Uint8Array();
    if (token.length === 0) break;
  }
  return trailOf([...beginning, ...end.reverse()]);
}

/** An event that comes twice does no harm. */
export function trailOf(events: readonly TrailEvent[]): Trail {
  const byId = new Map(events.map((event) => [String(event.eventId), event]));
  const inOrder = [...byId.values()].sort((a, b) => Number(a.eventId) - Number(b.eventId));
  const waits = inOrder.flatMap((event) => waitOf(event, byId) ?? []);
  return {
    workers: workersOf(inOrder),
    ...(waits.length > 0 && { waitedMs: Math.max(...waits) }),
    retries: inOrder.flatMap((event) => retryOf(event, byId) ?? []).slice(-MOST_KEPT),
  };
}

/** A task that nobody took within its limit waited as well. */
function waitOf(event: TrailEvent, byId: Map<string, TrailEvent>): number | undefined {
  const taken = event.workflowTaskStartedEventAttributes ?? event.workflowTaskTimedOutEventAttributes;
  const scheduled = taken && byId.get(String(taken.scheduledEventId));
  const [from, to] = [serverTimeMs(scheduled?.eventTime), serverTimeMs(event.eventTime)];
  if (from === undefined || to === undefined || !scheduled?.workflowTaskScheduledEventAttributes) return undefined;
  return Math.max(0, to - from);
}

function workersOf(events: readonly TrailEvent[]): string[] {
  const workers: string[] = [];
  for (const { workflowTaskStartedEventAttributes: started } of events) {
    const worker = started?.identity;
    if (worker && worker !== workers.at(-1)) workers.push(oneLine(worker, 80));
  }
  return workers.slice(-MOST_KEPT);
}

function retryOf(event: TrailEvent, byId: Map<string, TrailEvent>): Attempt | undefined {
  const started = event.activityTaskStartedEventAttributes;
  const attempt = started?.attempt ?? 1;
  if (!started || attempt < 2) return undefined;
  const scheduled = byId.get(String(started.scheduledEventId))?.activityTaskScheduledEventAttributes;
  const failure = started.lastFailure?.message;
  return {
    id: oneLine(scheduled?.activityId ?? '', 60),
    activity: oneLine(scheduled?.activityType?.name ?? 'an activity', 60),
    attempt,
    worker: oneLine(started.identity ?? '', 80),
    ...(failure && { failure: oneLine(failure, 120) }),
  };
}
