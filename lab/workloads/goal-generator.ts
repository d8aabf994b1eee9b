/**
 * Starts goal runs at a steady pace, so that there is traffic, and can write events straight to Kafka: a program of its
 * own, started by the lab.
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { Counter, Registry } from 'prom-client';
import { z } from 'zod';
import { serveFace } from './face.ts';
import { createGoalEvents } from './goals/goal-events.ts';
import { type GoalRunInput, type GoalRunResult, taskQueue, workflowIdOf, workflowType } from './goals/goal-run.ts';
import { endOnSignals, ownConfig } from './own-config.ts';
import { say } from './own-log.ts';
import { keepPace } from './steady-pace.ts';

export interface GeneratorConfig {
  /** Address to listen on; loopback if not given. */
  host?: string;
  httpPort: number;
  temporal: string;
  namespace: string;
  brokers: readonly string[];
  goalsPerSecond: number;
  recordsPerSecond: number;
  steps: number;
}

const generatorCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('goals'), perSecond: z.number().min(0).max(100) }),
  /** Records written past Temporal, for lag without work. */
  z.strictObject({ command: z.literal('records'), perSecond: z.number().min(0).max(10_000) }),
]);

const mostInFlight = 500;
const config = ownConfig<GeneratorConfig>();
const metrics = new Registry();
const goals = new Counter({
  name: 'lab_goals_total',
  help: 'Goal runs by what became of them.',
  labelNames: ['what'],
  registers: [metrics],
});
const totals: Record<string, number> = {};
const inFlight = new Set<string>();

const connection = await Connection.connect({ address: config.temporal });
const client = new Client({ connection, namespace: config.namespace });
const events = createGoalEvents('lab-generator', config.brokers, say);
const goalPace = keepPace(config.goalsPerSecond, () => void runGoal());
const recordPace = keepPace(config.recordsPerSecond, () => void writeRecord());

await serveFace({
  ...(config.host === undefined ? {} : { host: config.host }),
  port: config.httpPort,
  metrics,
  command: generatorCommand,
  obey: ({ command, perSecond }) => (command === 'goals' ? goalPace : recordPace).set(perSecond),
  state: () => ({
    goalsPerSecond: goalPace.perSecond(),
    recordsPerSecond: recordPace.perSecond(),
    inFlight: inFlight.size,
    totals,
  }),
});
endOnSignals(() => connection.close());

function count(what: string): void {
  totals[what] = (totals[what] ?? 0) + 1;
  goals.inc({ what });
}

async function runGoal(): Promise<void> {
  if (inFlight.size >= mostInFlight) return count('skipped');
  const input: GoalRunInput = { goalRunId: randomUUID(), tenantId: 'lab', steps: config.steps };
  inFlight.add(input.goalRunId);
  try {
    const result = await startGoal(input);
    count(result.status === 'COMPLETED' ? 'completed' : 'failed');
  } catch {
    count('lost');
  } finally {
    inFlight.delete(input.goalRunId);
  }
}

async function startGoal(input: GoalRunInput): Promise<GoalRunResult> {
  const workflowId = workflowIdOf(input.goalRunId);
  const run = await client.workflow.start(workflowType, { taskQueue, workflowId, args: [input] });
  count('started');
  return (await run.result()) as GoalRunResult;
}

async function writeRecord(): Promise<void> {
  const goalRunId = `direct-${randomUUID()}`;
  try {
    await events.emitGoal({ eventType: 'GOAL_STARTED', goalRunId, tenantId: 'lab', payload: {} });
    count('written');
  } catch {
    count('unwritten');
  }
}
