/**
 * A Temporal worker for goal runs: a program of its own, started by the lab, that may be killed and started again.
 * `POST /control` makes its steps fail or take long, holds capability probes, and has its events go wrong.
 */
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { serveFace } from './face.ts';
import { createActivities, type WorkerConduct } from './goals/activities.ts';
import { eventMishap, silence, withMishaps } from './goals/event-mishaps.ts';
import { createGoalEvents } from './goals/goal-events.ts';
import { taskQueue } from './goals/goal-run.ts';
import { holdingProbes, type ProbeHold } from './goals/probe-hold.ts';
import { keepAsking } from './keep-asking.ts';
import { ownConfig } from './own-config.ts';
import { causesOf, say, watchPeer } from './own-log.ts';

export interface WorkerConfig {
  /** Address to listen on; loopback if not given. */
  host?: string;
  httpPort: number;
  sdkMetricsPort: number;
  temporal: string;
  namespace: string;
  brokers: readonly string[];
  stepMs: number;
  /** File of the workflow's code, bundled before; without it the worker bundles at its start, which takes a second or two. */
  workflowBundle?: string;
}

const durationMs = z.int().min(0).max(600_000);

const workerCommand = z.discriminatedUnion('command', [
  ...eventMishap.options,
  silence,
  z.strictObject({ command: z.literal('fail'), on: z.boolean() }),
  z.strictObject({ command: z.literal('slow'), stepMs: durationMs }),
  /** Each capability probe is taken up so much later. */
  z.strictObject({ command: z.literal('holdProbes'), forMs: durationMs }),
  /** Nothing goes wrong any more. */
  z.strictObject({ command: z.literal('sound') }),
]);

const answerWithinMs = 2_000;
const config = ownConfig<WorkerConfig>();
const metrics = new Registry();
const host = config.host ?? '127.0.0.1';
const soundConduct: WorkerConduct & ProbeHold = { failing: false, stepMs: config.stepMs, probeHoldMs: 0 };
const conduct = { ...soundConduct };
const events = withMishaps(createGoalEvents('lab-worker', config.brokers, say));

Runtime.install({
  telemetryOptions: { metrics: { prometheus: { bindAddress: `${host}:${config.sdkMetricsPort}` } } },
  shutdownSignals: ['SIGINT', 'SIGTERM'],
});
const connection = await connected();
const worker = await Worker.create({
  connection,
  namespace: config.namespace,
  taskQueue,
  ...workflowCode(),
  dataConverter: { payloadCodecs: [holdingProbes(conduct)] },
  activities: createActivities({ events, conduct, registry: metrics, say }),
  shutdownGraceTime: '1s',
});
const run = worker.run();
const ending = new AbortController();
const asking = keepAsking(askTemporal, watchPeer(`Temporal at ${config.temporal}`, say), ending.signal);

await serveFace({
  host,
  port: config.httpPort,
  metrics,
  command: workerCommand,
  obey,
  state: () => ({ ...conduct, mishapsWaiting: events.waiting(), ...worker.getStatus() }),
});

await run;
ending.abort();
await asking;
await events.close();
await connection.close();
process.exit(0);

async function connected(): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect({ address: config.temporal });
  } catch (error) {
    say('ERROR', `no connection to Temporal at ${config.temporal}: ${causesOf(error)}`);
    process.exit(1);
  }
}

function askTemporal(): Promise<unknown> {
  return connection.withDeadline(Date.now() + answerWithinMs, () => connection.workflowService.getSystemInfo({}));
}

function obey(command: z.infer<typeof workerCommand>): void {
  switch (command.command) {
    case 'fail':
      conduct.failing = command.on;
      return;
    case 'slow':
      conduct.stepMs = command.stepMs;
      return;
    case 'holdProbes':
      conduct.probeHoldMs = command.forMs;
      return;
    case 'sound':
      Object.assign(conduct, soundConduct);
      events.spare();
      return;
    default:
      events.befall(command);
  }
}

function workflowCode() {
  if (config.workflowBundle !== undefined) return { workflowBundle: { codePath: config.workflowBundle } };
  return { workflowsPath: new URL('./temporal-workflows.ts', import.meta.url).pathname };
}
