import type { KubeClient } from '../../../clients/kubernetes/client.ts';
import { type Fields, isFields } from '../manifest.ts';
import type { PodView } from '../pod.ts';

/** What a container uses. */
export interface Usage {
  /** Over the last few seconds before `atMs`. */
  cores: number;
  memoryBytes: number;
  /** Processor time of the container so far, where it is told. */
  coreSeconds?: number;
  /** When that was measured, by the clock of who measured it. */
  atMs: number;
}

export type Usages = { ok: true; containers: ReadonlyMap<string, Usage> } | { ok: false; message: string };

const MAX_BYTES = 16 * 1024 * 1024;

/** By `namespace/pod/container`. Asks each node's kubelet; where that is not allowed, the metrics server. */
export async function readUsage(
  kube: KubeClient,
  pods: readonly PodView[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Usages> {
  const limits = { maxBytes: MAX_BYTES, timeoutMs };
  const nodes = [...new Set(pods.flatMap(({ node }) => node ?? []))];
  const summaries = await Promise.all(nodes.map((node) => kubeletSummary(kube, node, limits, signal)));
  const failed = summaries.find((summary) => !summary.ok);
  if (!failed) return joined(summaries);
  const namespaces = [...new Set(pods.map(({ namespace }) => namespace))];
  const metered = await Promise.all(namespaces.map((namespace) => podMetrics(kube, namespace, limits, signal)));
  return metered.some(({ ok }) => !ok) ? failed : joined(metered);
}

type Limits = { maxBytes: number; timeoutMs: number };

function joined(all: readonly Usages[]): Usages {
  return { ok: true, containers: new Map(all.flatMap((one) => (one.ok ? [...one.containers] : []))) };
}

async function kubeletSummary(kube: KubeClient, node: string, limits: Limits, signal: AbortSignal): Promise<Usages> {
  const answer = await kube.text(
    `/api/v1/nodes/${encodeURIComponent(node)}/proxy/stats/summary?only_cpu_and_memory=true`,
    limits,
    signal,
  );
  if (!answer.ok) return { ok: false, message: `the kubelet of ${node} tells no usage: ${answer.message}` };
  return fromItems(answer.value, 'pods', ({ podRef, containers }) =>
    list(containers).map(({ name, cpu, memory }) => [
      `${at(podRef, 'namespace')}/${at(podRef, 'name')}/${name}`,
      {
        cores: numeric(at(cpu, 'usageNanoCores')) / 1e9,
        coreSeconds: numeric(at(cpu, 'usageCoreNanoSeconds')) / 1e9,
        memoryBytes: numeric(at(memory, 'workingSetBytes')),
        atMs: Date.parse(String(at(cpu, 'time'))),
      },
    ]),
  );
}

async function podMetrics(kube: KubeClient, namespace: string, limits: Limits, signal: AbortSignal): Promise<Usages> {
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const answer = await kube.text(path, limits, signal);
  if (!answer.ok) return { ok: false, message: `no metrics server: ${answer.message}` };
  return fromItems(answer.value, 'items', ({ metadata, timestamp, containers }) =>
    list(containers).map(({ name, usage }) => [
      `${at(metadata, 'namespace')}/${at(metadata, 'name')}/${name}`,
      {
        cores: quantity(at(usage, 'cpu')),
        memoryBytes: quantity(at(usage, 'memory')),
        atMs: Date.parse(String(timestamp)),
      },
    ]),
  );
}

function fromItems(body: string, key: string, read: (item: Fields) => [string, Usage][]): Usages {
  try {
    return { ok: true, containers: new Map(list(at(JSON.parse(body), key)).flatMap(read)) };
  } catch {
    return { ok: false, message: 'what was told of usage is not JSON' };
  }
}

const SUFFIXES: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

function quantity(value: unknown): number {
  const match = /^(\d+(?:\.\d+)?)(n|u|m|k|M|G|Ki|Mi|Gi|)$/.exec(String(value));
  return match ? Number(match[1]) * SUFFIXES[match[2]!]! : Number.NaN;
}

function numeric(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function at(value: unknown, key: string): unknown {
  return isFields(value) ? value[key] : undefined;
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
