import { type KubeClient, RESOURCES } from '../../../clients/kubernetes/client.ts';
import { type PodView, readPod } from '../pod.ts';
import { keyOfPod } from './pieces.ts';

type Living = { ok: true; pods: PodView[] } | { ok: false; message: string };

/** How these pods are now. One whose name went to a successor is not among them. */
export async function stillThere(kube: KubeClient, pods: readonly PodView[], signal: AbortSignal): Promise<Living> {
  const now = await podsNow(kube, pods, signal);
  if (!now.ok) return now;
  const known = new Set(pods.map(({ uid }) => uid));
  return { ok: true, pods: now.pods.filter(({ uid }) => known.has(uid)) };
}

/** Every pod that now bears one of these names. */
export async function namesakes(kube: KubeClient, pods: readonly PodView[], signal: AbortSignal): Promise<Living> {
  const now = await podsNow(kube, pods, signal);
  if (!now.ok) return now;
  const known = new Set(pods.map(keyOfPod));
  return { ok: true, pods: now.pods.filter((pod) => known.has(keyOfPod(pod))) };
}

async function podsNow(kube: KubeClient, pods: readonly PodView[], signal: AbortSignal): Promise<Living> {
  const namespaces = [...new Set(pods.map(({ namespace }) => namespace))];
  const lists = await Promise.all(
    namespaces.map((namespace) => kube.list({ resource: RESOURCES.pods, namespace }, {}, signal)),
  );
  const failed = lists.find((list) => !list.ok);
  if (failed) return { ok: false, message: failed.message };
  return { ok: true, pods: lists.flatMap((list) => (list.ok ? list.value.items.map(readPod) : [])) };
}
