import type { KubeClient, KubeObject, KubeRef } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import { chaosResource } from './api.ts';
import { isFields } from './manifest.ts';
import { readStatus } from './records.ts';

/** Where Chaos Mesh merges what all faults ask of one pod. */
const MERGED_IN: Readonly<Record<string, string>> = {
  NetworkChaos: 'PodNetworkChaos',
  IOChaos: 'PodIOChaos',
  HTTPChaos: 'PodHttpChaos',
};

/**
 * Takes what one fault asks for out of what all faults ask of its pods. While a pod cannot do what is asked, Chaos Mesh neither lets go of the
 * object, forced or not, nor does it apply anything else to that pod. True once nothing of it is asked for any more.
 */
export async function withdraw(
  kube: KubeClient,
  kind: string,
  object: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  const merged = MERGED_IN[kind];
  if (merged === undefined) return true;
  const source = `${object.metadata.namespace}/${object.metadata.name}`;
  const pods = new Map(readStatus(object).records.map((record) => [`${record.namespace}/${record.pod}`, record]));
  const done = await Promise.all(
    [...pods.values()].map(({ namespace, pod }) =>
      withdrawFrom(kube, { resource: chaosResource(merged), namespace, name: pod }, source, signal),
    ),
  );
  return done.every(Boolean);
}

async function withdrawFrom(kube: KubeClient, ref: KubeRef, source: string, signal: AbortSignal): Promise<boolean> {
  const got = await kube.get(ref, signal);
  if (!got.ok) return isStatus(got, 404);
  const without = withoutSource(isFields(got.value.spec) ? got.value.spec : {}, source);
  if (Object.keys(without).length === 0) return true;
  const { resourceVersion } = got.value.metadata;
  return (await kube.patch(ref, { metadata: { resourceVersion }, spec: without }, signal)).ok;
}

/** The lists of a spec that name the source, without what it asks for. */
function withoutSource(spec: Record<string, unknown>, source: string): Record<string, unknown[]> {
  const lists = Object.entries(spec).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const isOurs = (item: unknown) => isFields(item) && item['source'] === source;
  const named = lists.filter(([, items]) => items.some(isOurs));
  return Object.fromEntries(named.map(([key, items]) => [key, items.filter((item) => !isOurs(item))]));
}
