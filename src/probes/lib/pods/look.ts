import { type KubeClient, type KubeTrouble, RESOURCES } from '../../../clients/kubernetes/client.ts';
import type { PodsConfig } from './config.ts';
import { type PodState, readPod } from './pod.ts';
import { readWorkload } from './workload.ts';

const POD_LIMIT = 500;

/** The pods that a probe is about, at one moment, or why they are not known. */
export type PodsSeen = { ok: true; pods: PodState[]; wanted?: number } | { ok: false; reason: string };

/** Lists the pods: what the list shows was true when it was made, which a watch that has gone silent could only seem to say. */
export async function lookAtPods(kube: KubeClient, config: PodsConfig, signal: AbortSignal): Promise<PodsSeen> {
  const { namespace, workload } = config;
  let selector = config.selector ?? '';
  let wanted: number | undefined;
  if (workload !== undefined) {
    const read = await readWorkload(kube, namespace, workload, signal);
    if (!read.ok) return { ok: false, reason: reasonOf(read) };
    if (!read.value) return { ok: true, pods: [], wanted: 0 };
    ({ selector, wanted } = read.value);
    if (selector === '') return { ok: false, reason: `${workload} has no selector` };
  }
  const listed = await kube.list({ resource: RESOURCES.pods, namespace }, { labelSelector: selector }, signal);
  if (!listed.ok) return { ok: false, reason: reasonOf(listed) };
  const { items } = listed.value;
  if (items.length > POD_LIMIT) return { ok: false, reason: `more than ${POD_LIMIT} pods match` };
  return { ok: true, pods: items.map(readPod), ...(wanted !== undefined && { wanted }) };
}

/** The same trouble gives the same text. */
export function reasonOf({ code, message }: KubeTrouble): string {
  return code === 'timeout' || code === 'aborted' ? 'the API server does not answer' : message;
}
