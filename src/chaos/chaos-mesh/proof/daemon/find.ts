import type { KubeClient, KubeObject, KubeResource } from '../../../../clients/kubernetes/client.ts';
import { type Fields, isFields } from '../../manifest.ts';

/** A chaos-daemon, which serves the pods of its node. */
export interface Daemon {
  node: string;
  /** Where its metrics are served. */
  host: string;
  port: number;
  ready: boolean;
  /** Absent where it does not run as a pod. */
  pod?: { namespace: string; name: string };
}

export type Daemons = { ok: true; daemons: Daemon[]; namespace: string } | { ok: false; message: string };

const ENDPOINT_SLICES: KubeResource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  namespaced: true,
};

/** Where the Helm chart puts Chaos Mesh unless told otherwise. */
export const USUAL_NAMESPACE = 'chaos-mesh';

const METRICS_PORT = 31_766;

/** Finds the daemons as the controller does: by slices whose name begins as their Service's. */
export async function findDaemons(kube: KubeClient, signal: AbortSignal): Promise<Daemons> {
  const usual = await kube.list({ resource: ENDPOINT_SLICES, namespace: USUAL_NAMESPACE }, {}, signal);
  const here = usual.ok ? daemonsIn(usual.value.items) : [];
  if (here.length > 0) return { ok: true, daemons: here, namespace: USUAL_NAMESPACE };
  const labelSelector = 'app.kubernetes.io/component=chaos-daemon';
  const everywhere = await kube.list({ resource: ENDPOINT_SLICES }, { labelSelector }, signal);
  const found = everywhere.ok ? daemonsIn(everywhere.value.items) : [];
  if (found.length > 0) return { ok: true, daemons: found, namespace: namespaceOf(everywhere) };
  if (usual.ok && everywhere.ok) return { ok: false, message: 'no chaos-daemon serves any node' };
  const trouble = [usual, everywhere].find((result) => !result.ok) as { message: string };
  return { ok: false, message: `the chaos-daemons cannot be found: ${trouble.message}` };
}

function namespaceOf(found: Awaited<ReturnType<KubeClient['list']>>): string {
  const slice = found.ok ? found.value.items.find(isDaemonSlice) : undefined;
  return slice?.metadata.namespace ?? USUAL_NAMESPACE;
}

function isDaemonSlice({ metadata }: KubeObject): boolean {
  return metadata.name?.startsWith('chaos-daemon-') === true;
}

function daemonsIn(slices: readonly KubeObject[]): Daemon[] {
  return slices.filter(isDaemonSlice).flatMap((slice) => {
    const port = items(slice['ports']).find(({ name }) => name === 'http')?.['port'];
    return items(slice['endpoints']).flatMap((endpoint) => toDaemon(endpoint, port) ?? []);
  });
}

function toDaemon(endpoint: Fields, port: unknown): Daemon | undefined {
  const { addresses, nodeName, conditions, targetRef } = endpoint;
  const host = Array.isArray(addresses) ? addresses[0] : undefined;
  if (typeof host !== 'string' || typeof nodeName !== 'string') return undefined;
  return {
    node: nodeName,
    host,
    port: typeof port === 'number' ? port : METRICS_PORT,
    ready: !isFields(conditions) || conditions['ready'] !== false,
    ...podOf(targetRef),
  };
}

function podOf(reference: unknown): { pod?: { namespace: string; name: string } } {
  if (!isFields(reference) || reference['kind'] !== 'Pod') return {};
  const { namespace, name } = reference;
  return typeof namespace === 'string' && typeof name === 'string' ? { pod: { namespace, name } } : {};
}

function items(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
