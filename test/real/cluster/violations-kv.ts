import type { Cluster } from '../../../lab/cluster/access.ts';
import { facesOf, type PodFace } from '../../../lab/cluster/workloads/faces.ts';
import type { EngineCommand } from '../../../lab/workloads/engine/commands.ts';
import type { GatewayCommand } from '../../../lab/workloads/gateway/commands.ts';
import type { Defect } from '../../../lab/workloads/gateway/defects.ts';
import { LATE_MS, type Violation } from './violation.ts';

/** Engines and their gateway. The first engine is the one whose ports and events are watched. */
export interface KvLab {
  tellEngine(which: 0 | 1 | 2, command: AnyCommand<EngineCommand>): Promise<void>;
  tellGateway(command: AnyCommand<GatewayCommand>): Promise<void>;
  /** A defect of every gateway that there is. */
  turn(name: Defect, on: boolean): Promise<void>;
  mend(): Promise<void>;
}

type AnyCommand<Own> = Own | { command: 'ready' | 'mute'; on: boolean } | { command: 'print'; line: string };

const SOUND_LATENCY_MS = 10;
const defectsUsed = new Set<Defect>();

export async function openKvLab(cluster: Cluster, namespace: string): Promise<KvLab> {
  const engines = await facesOf(cluster, 'engines', namespace);
  const [gateway] = (await facesOf(cluster, 'gateway', namespace)) as [PodFace];
  // What Prometheus tells of events is the sum over all gateways, those of other tests too.
  const others = await facesOf(cluster, 'gateway');
  const tellEngine = async (which: number, command: AnyCommand<EngineCommand>) =>
    void (await engines[which]!.control(command));
  const turn = async (name: Defect, on: boolean) => {
    if (on) defectsUsed.add(name);
    await Promise.all([gateway, ...others].map((each) => each.control({ command: 'defect', name, on })));
  };
  return {
    tellEngine,
    tellGateway: async (command) => void (await gateway.control(command)),
    turn,
    mend: async () => {
      for (const name of defectsUsed) await turn(name, false);
      defectsUsed.clear();
      await gateway.control({ command: 'mute', on: false });
      for (const which of engines.keys()) {
        await tellEngine(which, { command: 'latency', ms: SOUND_LATENCY_MS });
        await tellEngine(which, { command: 'ready', on: true });
      }
      await cluster.kubectl('rollout', 'status', 'statefulset/vllm', '-n', namespace, '--timeout=60s');
    },
  };
}

export const kvViolations: readonly Violation<KvLab>[] = [
  {
    promise: 'clear logs',
    objective: 'no-unclear-line',
    planted: 'the gateway writes the first line of a stack',
    usual: true,
    plant: async (lab, until) => {
      await until('injected', 2_000);
      await lab.tellGateway({ command: 'print', line: 'goroutine 87 [running]:' });
    },
  },
  {
    promise: 'recovers in time',
    objective: 'completions-recover',
    planted: 'the gateway refuses all requests for a moment, late in the recovery',
    usual: true,
    plant: async (lab, until) => {
      await until('recovered', LATE_MS);
      await lab.tellGateway({ command: 'refuse', share: 1, forMs: 500 });
    },
  },
  {
    promise: 'recovers in time',
    objective: 'events-flow-again',
    planted: 'the engine publishes nothing for 3.2 s, late in the recovery',
    plant: async (lab, until) => {
      await until('recovered', LATE_MS + 2_200);
      await lab.tellEngine(0, { command: 'stall', forMs: 3_200 });
    },
  },
  {
    promise: 'recovers in time',
    objective: 'engine-port-recovers',
    planted: 'the port of events is shut for 2 s, late in the recovery',
    mayMissToo: { 'events-flow-again': 'no event comes through a port that is shut' },
    plant: async (lab, until) => {
      await until('recovered', LATE_MS);
      await lab.tellEngine(0, { command: 'shut', forMs: 2_000 });
    },
  },
  {
    promise: 'recovers in time',
    objective: 'engines-ready-again',
    planted: 'an engine says that it is not ready, late in the recovery',
    mayMissToo: { 'routing-as-before': 'who is not ready is sent nothing, whatever it holds' },
    plant: async (lab, until) => {
      await until('recovered', LATE_MS + 1_000);
      await lab.tellEngine(2, { command: 'ready', on: false });
    },
  },
  {
    promise: 'recovers in time',
    objective: 'gateway-learns-again',
    planted: 'the gateway cannot read the events any more (`arrayEventsOnly`)',
    mayMissToo: { 'routing-as-before': 'who learns nothing sends prefixes anywhere' },
    plant: async (lab, until) => {
      await until('injected');
      await lab.turn('arrayEventsOnly', true);
    },
  },
  {
    promise: 'no event lost',
    objective: 'no-event-lost',
    planted: 'a number is used up for a batch that is never sent, and no replay has it',
    usual: true,
    plant: async (lab, until) => {
      await until('injected', 1_000);
      await lab.tellEngine(0, { command: 'lose', batches: 1, replayable: false });
    },
  },
  {
    promise: 'no event lost',
    objective: 'events-in-order',
    planted: 'a batch is sent a second after those that follow it',
    plant: async (lab, until) => {
      await until('recovered', 1_000);
      await lab.tellEngine(0, { command: 'late', batches: 1, forMs: 1_000, replayable: true });
    },
  },
  {
    promise: 'no corruption: routing intact',
    objective: 'no-event-corrupted',
    planted: 'the payload of a batch is no msgpack',
    plant: async (lab, until) => {
      await until('recovered', 1_000);
      await lab.tellEngine(0, { command: 'corrupt', batches: 1 });
    },
  },
  {
    promise: 'no corruption: routing intact',
    objective: 'routing-as-before',
    planted: 'the gateway hangs the blocks of an event on the wrong parent (`chainFromEventParent`)',
    usual: true,
    plant: async (lab, until) => {
      await until('injected');
      await lab.turn('chainFromEventParent', true);
    },
  },
  {
    promise: 'no corruption: routing intact',
    objective: 'no-stale-prefix',
    planted: 'an engine begins anew with an empty cache, and the gateway keeps what it knew (`keepIndexAfterRestart`)',
    mayMissToo: { 'routing-as-before': 'a repeat that follows a stale prefix is a misrouted one' },
    plant: async (lab, until) => {
      await until('injected');
      await lab.turn('keepIndexAfterRestart', true);
      await until('recovered', 6_000);
      await lab.tellEngine(1, { command: 'restart', downMs: 0 });
    },
  },
  {
    promise: 'degrades gracefully',
    objective: 'degrades-gracefully',
    planted: 'the gateway answers half of the requests with 503 during the fault',
    usual: true,
    plant: async (lab, until) => {
      await until('injected');
      await lab.tellGateway({ command: 'refuse', share: 0.5, forMs: 5_500 });
    },
  },
  {
    promise: 'as fast as before',
    objective: 'as-fast-as-before',
    planted: 'the engines take 300 ms to their first token',
    usual: true,
    plant: async (lab, until) => {
      await until('injected');
      for (const which of [0, 1, 2] as const) await lab.tellEngine(which, { command: 'latency', ms: 300 });
    },
  },
];
