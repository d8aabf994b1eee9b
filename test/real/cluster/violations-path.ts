import type { Cluster } from '../../../lab/cluster/access.ts';
import { inPodNetwork } from '../../../lab/cluster/pod-network.ts';
import { LATE_MS, type Violation } from './violation.ts';
import { type KvLab, openKvLab } from './violations-kv.ts';

/** What lies between the gateway's place and the engine that is watched, besides the two. */
export interface PathLab extends KvLab {
  /** No new connection leads from the twin to the port of events; those that are open go on. */
  closeWayOut(): Promise<void>;
  /** No new connection is taken at the engine's port of events, whoever asks. */
  closeWayIn(): Promise<void>;
  openWays(): Promise<void>;
}

const NEW_TO_EVENTS = '-p tcp --syn --dport 5557 -j DROP';

export async function openPathLab(cluster: Cluster, namespace: string): Promise<PathLab> {
  const lab = await openKvLab(cluster, namespace);
  const within = (pod: string, script: string) => inPodNetwork(cluster, namespace, pod, script);
  const open = (pod: string, chain: string) =>
    within(pod, `while iptables -w -D ${chain} ${NEW_TO_EVENTS} 2>/dev/null; do :; done`);
  const openWays = async () => {
    await open('gateway-twin', 'OUTPUT');
    await open('vllm-0', 'INPUT');
  };
  return {
    ...lab,
    closeWayOut: async () => void (await within('gateway-twin', `iptables -w -I OUTPUT ${NEW_TO_EVENTS}`)),
    closeWayIn: async () => void (await within('vllm-0', `iptables -w -I INPUT ${NEW_TO_EVENTS}`)),
    openWays,
    mend: async () => {
      await openWays();
      await lab.mend();
    },
  };
}

/** What only a plan promises that looks from the gateway's place. */
export const pathViolations: readonly Violation<PathLab>[] = [
  {
    promise: 'recovers in time',
    objective: 'path-recovers',
    planted: 'no new connection leads from the gateway to the engine, late in the recovery',
    usual: true,
    plant: async (lab, until) => {
      await until('recovered', LATE_MS);
      await lab.closeWayOut();
      await until('recovered', 3_000);
      await lab.openWays();
    },
  },
  {
    promise: 'degrades gracefully',
    objective: 'others-still-reach-it',
    planted: 'nobody gets a new connection to the engine, for a part of the fault',
    plant: async (lab, until) => {
      await until('injected', 2_000);
      await lab.closeWayIn();
      await until('injected', 4_000);
      await lab.openWays();
    },
  },
  {
    promise: 'clear logs',
    objective: 'fault-named-in-logs',
    planted: 'the gateway writes no line of an error to its log',
    warns: true,
    plant: async (lab, until) => {
      await until('started');
      await lab.tellGateway({ command: 'mute', on: true });
    },
  },
];
