import { type KubeClient, RESOURCES } from '../../../clients/kubernetes/client.ts';
import { type PodView, readPod } from '../pod.ts';
import type { Candidate, StruckTarget } from './contract.ts';
import { keyOfPod, podOfId } from './pieces.ts';

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

/** Pods by the selector that found them, or why they cannot be had. */
export type Struck = { ok: true; candidates: Candidate[] } | { ok: false; message: string };

/** The struck pods as they are now: some may have come after the candidates were chosen, as the successor of one that was killed before. */
export async function struckNow(
  kube: KubeClient,
  struck: readonly StruckTarget[],
  signal: AbortSignal,
): Promise<Struck> {
  const wanted = new Map(struck.map(({ id, key }) => [`${key} ${podOfId(id)}`, key]));
  const now = await podsIn(kube, [...new Set(struck.map(({ id }) => id.split('/')[0]!))], signal);
  if (!now.ok) return now;
  const candidates = [...wanted].flatMap(([which, key]) =>
    now.pods.filter((pod) => which === `${key} ${keyOfPod(pod)}`).map((pod) => ({ key, pod })),
  );
  return { ok: true, candidates };
}

function podsNow(kube: KubeClient, pods: readonly PodView[], signal: AbortSignal): Promise<Living> {
  return podsIn(kube, [...new Set(pods.map(({ namespace }) => namespace))], signal);
}

async function podsIn(kube: KubeClient, namespaces: readonly string[], signal: AbortSignal): Promise<Living> {
  const lists = await Promise.all(
    namespaces.map((namespace) => kube.list({ resource: RESOURCES.pods, namespace }, {}, signal)),
  );
  const failed = lists.find((list) => !list.ok);
  if (failed) return { ok: false, message: failed.message };
  return { ok: true, pods: lists.flatMap((list) => (list.ok ? list.value.items.map(readPod) : [])) };
}
