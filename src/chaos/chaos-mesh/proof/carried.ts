import { oneLine } from '../../../clients/http-trouble.ts';
import type { KubeClient, KubeResource } from '../../../clients/kubernetes/client.ts';
import { isFields } from '../manifest.ts';

/** Chaos Mesh's own objects, one for each pod, which carry what the daemon is to do there. */
export type Carrier = 'PodNetworkChaos' | 'PodIOChaos' | 'PodHttpChaos';

/**
 * How it stands with what one fault wants in a pod. `carried`: the object still asks for it. `done`: the daemon has done all that the object
 * asks for. `failed`: the daemon's last attempt did not succeed.
 */
export type Carried =
  | { state: 'done' | 'pending'; carried: boolean }
  | { state: 'failed'; carried: boolean; message: string }
  | { state: 'unseen'; message: string };

const RESOURCES: Record<Carrier, KubeResource> = {
  PodNetworkChaos: resource('podnetworkchaos'),
  PodIOChaos: resource('podiochaos'),
  PodHttpChaos: resource('podhttpchaos'),
};

function resource(plural: string): KubeResource {
  return { group: 'chaos-mesh.org', version: 'v1alpha1', plural, namespaced: true };
}

/** Reads what `source` (the fault's `namespace/name`) has in a pod. */
export async function readCarried(
  kube: KubeClient,
  carrier: Carrier,
  pod: { namespace: string; name: string },
  source: string,
  signal: AbortSignal,
): Promise<Carried> {
  const ref = { resource: RESOURCES[carrier], namespace: pod.namespace, name: pod.name };
  const found = await kube.get(ref, signal);
  if (!found.ok)
    return found.status === 404
      ? { state: 'done', carried: false }
      : { state: 'unseen', message: `${carrier} ${pod.namespace}/${pod.name} cannot be read: ${found.message}` };
  const { metadata, spec, status } = found.value;
  const carried = Object.values(isFields(spec) ? spec : {}).some((list) => names(list, source));
  const { failedMessage, observedGeneration } = isFields(status) ? status : {};
  if (typeof failedMessage === 'string' && failedMessage !== '')
    return { state: 'failed', carried, message: oneLine(failedMessage, 200) };
  const observed = typeof observedGeneration === 'number' ? observedGeneration : 0;
  return { state: observed >= (metadata.generation ?? 0) ? 'done' : 'pending', carried };
}

function names(list: unknown, source: string): boolean {
  return Array.isArray(list) && list.some((item) => isFields(item) && item['source'] === source);
}
