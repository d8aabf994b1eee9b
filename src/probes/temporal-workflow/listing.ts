import type { Client } from '@temporalio/client';
import { serverTimeMs } from './server-time.ts';

/** One run of a workflow, as visibility knows it: some time ago, since it lags. */
export interface ListedRun {
  workflowId: string;
  runId: string;
  /** By the clock of the server. */
  startedMs: number | undefined;
  /** The same; unknown of what runs. */
  closedMs?: number | undefined;
}

/** Which workflows are watched. */
export interface Watched {
  workflowType: string;
  taskQueue: string;
  /** Whose ids begin so are canaries. */
  idPrefix: string;
  /** The plan's own filter. */
  query: string | undefined;
}

const PAGE = 500;
const MOST_PAGES = 10;

export const MOST_LISTED = PAGE * MOST_PAGES;

/** The runs that visibility calls running, and those that started or closed since, whatever became of them. */
export async function listRuns(
  client: Client,
  watched: Watched,
  sinceMs: number,
): Promise<{ runs: ListedRun[]; whole: boolean }> {
  const { namespace } = client.options;
  const query = queryFor(watched, sinceMs);
  const runs: ListedRun[] = [];
  let nextPageToken: Uint8Array = new Uint8Array();
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await client.workflowService.listWorkflowExecutions({
      namespace,
      query,
      pageSize: PAGE,
      nextPageToken,
    });
    for (const { execution, startTime, closeTime, taskQueue } of answer.executions ?? []) {
      const { workflowId, runId } = execution ?? {};
      if (!workflowId || !runId || workflowId.startsWith(watched.idPrefix)) continue;
      if (taskQueue && taskQueue !== watched.taskQueue) continue;
      runs.push({ workflowId, runId, startedMs: serverTimeMs(startTime), closedMs: serverTimeMs(closeTime) });
    }
    nextPageToken = answer.nextPageToken ?? new Uint8Array();
    if (nextPageToken.length === 0) return { runs, whole: true };
  }
  return { runs, whole: false };
}

/** In the language of visibility. */
export function queryFor({ workflowType, query }: Watched, sinceMs: number): string {
  const type = workflowType.replaceAll("'", "''");
  const since = new Date(sinceMs).toISOString();
  // What continued as new has a next run, which is found by its start.
  const closed = `CloseTime >= '${since}' AND ExecutionStatus != 'ContinuedAsNew'`;
  const ours = `WorkflowType = '${type}' AND (ExecutionStatus = 'Running' OR StartTime >= '${since}' OR (${closed}))`;
  return query === undefined ? ours : `${ours} AND (${query})`;
}
