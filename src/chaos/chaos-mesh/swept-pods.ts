import { setTimeout as sleepFor } from 'node:timers/promises';
import { type KubeClient, type KubeObject, RESOURCES } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import { CHAOS_MESH_API, faultsOf, isFields, type Manifest, type ManifestFault } from './manifest.ts';
import { readPod } from './pod.ts';
import type { Candidate, MechanismProof, OpenProof } from './proof/contract.ts';
import { readStatus } from './records.ts';
import type { RecordedFault } from './undo.ts';

/** How a sweep reaches the pods. */
export interface SweptPods {
  kube: KubeClient;
  openProof: OpenProof;
}

/** Looks afterwards whether the fault stayed in what its records name; `undefined` where they name nothing. */
export async function lookAtStruck(
  ways: SweptPods,
  object: KubeObject,
  signal: AbortSignal,
): Promise<MechanismProof | undefined> {
  const { namespace = '', name = '' } = object.metadata;
  const spec = isFields(object.spec) ? object.spec : {};
  const manifest: Manifest = { apiVersion: CHAOS_MESH_API, kind: object.kind!, metadata: { name, namespace }, spec };
  const [fault] = object.kind === 'Workflow' ? [] : faultsOf(manifest);
  const { records } = readStatus(object);
  if (!fault || records.length === 0) return undefined;
  const pods = records.map((record) => ({
    key: record.key === '.Target' ? ('.Target' as const) : ('.' as const),
    namespace: record.namespace,
    name: record.pod,
  }));
  return look(ways, fault, { namespace, name }, pods, signal);
}

/** The same where the object is gone, and its records with it: in every pod that the run meant to strike. */
export async function lookAtRecorded(
  ways: SweptPods,
  object: { namespace: string; name: string },
  { pods, action, ...known }: RecordedFault,
  signal: AbortSignal,
): Promise<MechanismProof> {
  const spec = action === undefined ? {} : { action };
  return look(ways, { ...known, ...spec, spec, path: [] }, object, pods, signal);
}

/** Only to look afterwards: what a proof compares with was never taken. */
async function look(
  { kube, openProof }: SweptPods,
  fault: ManifestFault,
  object: { namespace: string; name: string },
  pods: RecordedFault['pods'],
  signal: AbortSignal,
): Promise<MechanismProof> {
  const candidates: Candidate[] = [];
  let unseen: string | undefined;
  for (const { key, namespace, name } of pods) {
    const pod = await kube.get({ resource: RESOURCES.pods, namespace, name }, signal);
    if (pod.ok) candidates.push({ key, pod: readPod(pod.value) });
    else if (!isStatus(pod, 404)) unseen = `what is left in ${namespace}/${name} cannot be seen: ${pod.message}`;
  }
  const proof = await openProof({ fault, object, candidates, kube, wallClock: Date.now, sleep });
  if (unseen === undefined) return proof;
  return { ...proof, after: async () => ({ state: 'stays', text: unseen }) };
}

export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await sleepFor(ms, undefined, { signal });
}
