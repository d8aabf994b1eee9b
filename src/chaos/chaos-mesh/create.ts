import type { KubeClient, KubeObject, KubeTrouble } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import { chaosResource, EXPERIMENT_LABEL, RUN_LABEL } from './api.ts';
import { inPlainWords } from './plain-words.ts';
import { titleOf } from './remove.ts';

/** Made, certainly not made, or nobody knows. */
export type Creation = { state: 'made'; object: KubeObject } | { state: 'refused' | 'unknown'; problem: string };

/** Makes the object, strictly as it is written. One that a lost answer left behind is taken for what it is: ours. */
export async function createObject(kube: KubeClient, object: KubeObject, signal: AbortSignal): Promise<Creation> {
  const { name, namespace } = object.metadata as { name: string; namespace: string };
  const resource = chaosResource(object.kind!);
  const created = await kube.create({ resource, namespace }, object, { strict: true }, signal);
  if (created.ok) return { state: 'made', object: created.value };
  const ref = { resource, namespace, name };
  if (!isStatus(created, 409))
    return { state: isRefusal(created) ? 'refused' : 'unknown', problem: refusalText(created) };
  const there = await kube.get(ref, signal);
  if (!there.ok) return { state: 'unknown', problem: there.message };
  if (isSame(there.value, object)) return { state: 'made', object: there.value };
  return { state: 'refused', problem: `${titleOf(ref)} is there already and is not ours` };
}

/** True for what this run made for this experiment. */
export function isSame(found: KubeObject, object: KubeObject): boolean {
  const labels = found.metadata.labels ?? {};
  const ours = object.metadata.labels ?? {};
  return [RUN_LABEL, EXPERIMENT_LABEL].every((label) => labels[label] !== undefined && labels[label] === ours[label]);
}

/** The server's answer, and not the silence of one that may have done it all the same, now or at the first attempt. */
function isRefusal({ status, unsure }: KubeTrouble): boolean {
  return status !== undefined && status < 500 && !unsure;
}

function refusalText({ code, message }: KubeTrouble): string {
  return code === 'status' ? `the object was refused: ${inPlainWords(message)}` : `the object was not made: ${message}`;
}
