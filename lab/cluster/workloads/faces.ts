import type { ClusterAccess } from './access.ts';
import type { WorkloadName } from './groups.ts';
import { workloads } from './workloads.ts';

/** A pod of one of the lab's own workloads, reached by its address: this process must be in the cluster's network. */
export interface PodFace {
  pod: string;
  address: string;
  /** `http://address:port` */
  url: string;
  state: () => Promise<unknown>;
  /** Tells it what to do; gives its state after that. Rejects with its answer if it refuses. */
  control: (command: object) => Promise<unknown>;
}

interface PodList {
  items: { metadata: { name: string; deletionTimestamp?: string }; status: { podIP?: string } }[];
}

/** The pods of a workload that are there now, by name; of one that was moved to another namespace, those there. */
export async function facesOf(cluster: ClusterAccess, name: WorkloadName, movedTo?: string): Promise<PodFace[]> {
  const { pods } = workloads[name];
  const namespace = movedTo ?? workloads[name].namespace;
  const list = await cluster.kubectl('get', 'pods', '-n', namespace, '-l', pods.selector, '-o', 'json');
  return (JSON.parse(list) as PodList).items
    .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.podIP !== undefined)
    .map(({ metadata, status }) => faceAt(metadata.name, status.podIP!, pods.port));
}

function faceAt(pod: string, address: string, port: number): PodFace {
  const url = `http://${address}:${port}`;
  return {
    pod,
    address,
    url,
    state: () => callJson(`${url}/state`, {}),
    control: (command) => callJson(`${url}/control`, { method: 'POST', body: JSON.stringify(command) }),
  };
}

async function callJson(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text}`);
  return JSON.parse(text);
}
