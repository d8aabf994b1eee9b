import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { facesOf, type PodFace } from '../../../lab/cluster/workloads/faces.ts';
import { temporalNamespace } from '../../../lab/cluster/workloads/temporal.ts';
import { LATE_MS, type Violation } from './violation.ts';

/** The workers of the goal runs, and those around them. */
export interface WorkerLab {
  tellWorkers(command: object): Promise<void>;
  tellOneWorker(command: object): Promise<void>;
  tellGenerator(command: object): Promise<void>;
  tellConsumer(command: object): Promise<void>;
  /** Ends one of the canaries that run. */
  terminateCanary(): Promise<void>;
  mend(): Promise<void>;
}

const GOALS_PER_SECOND = 1;
/** With time to spare: goal runs that began before something was changed have ended after so long. */
const GOAL_LASTS_MS = 8_000;

export async function openWorkerLab(cluster: Cluster): Promise<WorkerLab> {
  const [workers, [generator], [consumer], [temporal]] = (await Promise.all(
    (['worker', 'generator', 'consumer', 'temporal'] as const).map((name) => facesOf(cluster, name)),
  )) as [PodFace[], [PodFace], [PodFace], [PodFace]];
  const tell = (face: PodFace) => async (command: object) => void (await face.control(command));
  const tellWorkers = async (command: object) => {
    await Promise.all(workers.map((worker) => worker.control(command)));
  };
  const [tellGenerator, tellConsumer] = [tell(generator), tell(consumer)];
  return {
    tellWorkers,
    tellOneWorker: tell(workers[0]!),
    tellGenerator,
    tellConsumer,
    terminateCanary: () => terminateCanary(new URL(temporal.url).host),
    mend: async () => {
      await tellWorkers({ command: 'sound' });
      await tellWorkers({ command: 'ready', on: true });
      await tellWorkers({ command: 'mute', on: false });
      await tellGenerator({ command: 'goals', perSecond: GOALS_PER_SECOND });
      await tellConsumer({ command: 'resume' });
      await cluster.kubectl(
        'rollout',
        'status',
        'deployment/bytebot-temporal-worker',
        '-n',
        'bytebot',
        '--timeout=60s',
      );
    },
  };
}

const OF_A_CANARY = 'steadfast-';

async function terminateCanary(address: string): Promise<void> {
  const { Client, Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection, namespace: temporalNamespace });
    for (let attempt = 0; attempt < 50; attempt++) {
      for await (const { workflowId } of workflow.list({ query: 'ExecutionStatus="Running"' })) {
        if (!workflowId.startsWith(OF_A_CANARY)) continue;
        const handle = workflow.getHandle(workflowId);
        const ended = await handle.terminate('somebody ends it').then(
          () => true,
          () => false,
        );
        if (ended) return;
      }
      await sleep(100);
    }
    throw new Error('no canary was seen to run');
  } finally {
    await connection.close();
  }
}

export const workerViolations: readonly Violation<WorkerLab>[] = [
  {
    promise: 'clear logs',
    objective: 'no-unclear-line',
    planted: 'a worker writes that a promise was rejected and nobody took it',
    usual: true,
    plant: async (lab, until) => {
      await until('injected', 2_000);
      await lab.tellOneWorker({ command: 'print', line: 'Unhandled promise rejection: [object Object]' });
    },
  },
  {
    promise: 'recovers in time',
    objective: 'goals-recover',
    planted: 'workers take up what comes in one second 4 s later, late in the recovery',
    usual: true,
    plant: async (lab, until) => {
      await until('recovered', LATE_MS);
      await lab.tellWorkers({ command: 'holdProbes', forMs: 4_000 });
      await sleep(1_200);
      await lab.tellWorkers({ command: 'holdProbes', forMs: 0 });
    },
  },
  {
    promise: 'recovers in time',
    objective: 'lag-drains',
    planted: 'the consumer stands, and 300 records wait for it',
    prepare: async (lab) => {
      await lab.tellConsumer({ command: 'pause' });
      await lab.tellGenerator({ command: 'records', perSecond: 300 });
      await sleep(1_000);
      await lab.tellGenerator({ command: 'records', perSecond: 0 });
      await sleep(1_000);
    },
    plant: async () => {},
  },
  {
    promise: 'recovers in time',
    objective: 'workers-ready-again',
    planted: 'a worker says that it is not ready, late in the recovery',
    plant: async (lab, until) => {
      await until('recovered', LATE_MS);
      await lab.tellOneWorker({ command: 'ready', on: false });
    },
  },
  {
    promise: 'no work lost',
    objective: 'no-goal-lost',
    planted: 'a canary is terminated before it has its result',
    plant: async (lab, until) => {
      await until('injected');
      await lab.tellWorkers({ command: 'holdProbes', forMs: 1_500 });
      await lab.terminateCanary();
      await lab.tellWorkers({ command: 'holdProbes', forMs: 0 });
    },
  },
  {
    promise: 'no work lost',
    objective: 'goals-in-flight-complete',
    planted: 'the steps that end while the fault strikes fail, so their goal runs return FAILED',
    usual: true,
    mayMissToo: { 'no-unclear-line': "Temporal's SDK prints the error of each step as it is, `undefined` and all" },
    plant: async (lab, until) => {
      await until('injected');
      await lab.tellWorkers({ command: 'fail', on: true });
      await until('injected', 2_000);
      await lab.tellWorkers({ command: 'fail', on: false });
    },
  },
  {
    promise: 'no work lost',
    objective: 'every-goal-told-to-its-end',
    planted: 'each worker swallows one GOAL_COMPLETED',
    mayMissToo: { 'every-goal-in-kafka': 'Temporal saw those goal runs end' },
    plant: async (lab, until) => {
      await until('injected');
      await lab.tellWorkers({ command: 'swallow', eventType: 'GOAL_COMPLETED' });
    },
  },
  {
    promise: 'no work lost',
    objective: 'every-goal-in-kafka',
    planted: 'of one goal run in four no worker writes any event',
    usual: true,
    prepare: async (lab) => {
      await lab.tellWorkers({ command: 'silence', oneIn: 4 });
      await sleep(GOAL_LASTS_MS);
    },
    plant: async () => {},
  },
  {
    promise: 'order in each key',
    objective: 'steps-in-order',
    planted: 'each worker writes one STEP_STARTED 3 s late, after the end of the step',
    usual: true,
    plant: async (lab, until) => {
      await until('injected');
      await lab.tellWorkers({ command: 'late', eventType: 'STEP_STARTED', forMs: 3_000 });
    },
  },
  {
    promise: 'order in each key',
    objective: 'goals-in-order',
    planted: 'each worker writes one GOAL_STARTED 6 s late, after the end of the goal',
    plant: async (lab, until) => {
      await until('injected');
      await lab.tellWorkers({ command: 'late', eventType: 'GOAL_STARTED', forMs: 6_000 });
    },
  },
  {
    promise: 'order in each key',
    objective: 'steps-told-once',
    planted: 'each worker writes one STEP_COMPLETED twice',
    warns: true,
    plant: async (lab, until) => {
      await until('injected');
      await lab.tellWorkers({ command: 'repeat', eventType: 'STEP_COMPLETED' });
    },
  },
  {
    promise: 'stays available',
    objective: 'stays-available',
    planted: 'workers take up canaries after their time-out, as long as the fault holds',
    usual: true,
    plant: async (lab, until) => {
      await until('injected');
      await lab.tellWorkers({ command: 'holdProbes', forMs: 4_500 });
      await until('recovering');
      await lab.tellWorkers({ command: 'holdProbes', forMs: 0 });
    },
  },
  {
    promise: 'as fast as before',
    objective: 'as-fast-as-before',
    planted: 'workers take up canaries a second later',
    usual: true,
    plant: async (lab, until) => {
      await until('recovering');
      await lab.tellWorkers({ command: 'holdProbes', forMs: 1_200 });
    },
  },
  {
    promise: 'as fast as before',
    objective: 'as-busy-as-before',
    planted: 'a fifth of the goal runs are asked for',
    warns: true,
    plant: async (lab, until) => {
      await until('injected');
      await lab.tellGenerator({ command: 'goals', perSecond: GOALS_PER_SECOND / 5 });
    },
  },
];

/** What only a plan promises that cuts the workers off. */
export const cutOffViolations: readonly Violation<WorkerLab>[] = [
  {
    promise: 'clear logs',
    objective: 'fault-named-in-logs',
    planted: 'the workers write no line of an error to their logs',
    mayMissToo: { 'steps-told-once': 'an event whose answer is lost in the cut is sent again' },
    warns: true,
    plant: async (lab, until) => {
      await until('started');
      await lab.tellWorkers({ command: 'mute', on: true });
    },
  },
];
