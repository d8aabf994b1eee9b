import type { KubeClient, KubeObject, KubeRef } from '../../clients/kubernetes/client.ts';
import { openKubeClient } from '../../clients/kubernetes/open.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import type { Evidence } from '../../slo/model/entry.ts';
import { requireCleared } from './aftermath.ts';
import { chaosResource, RUN_LABEL } from './api.ts';
import { releaseOf } from './lease.ts';
import { CHAOS_MESH_API, faultsOf, isFields, KNOWN_KINDS, OTHER_KINDS } from './manifest.ts';
import { labelValue } from './names.ts';
import type { MechanismProof, OpenProof } from './proof/contract.ts';
import { openRemoval, type Removal, titleOf } from './remove.ts';
import { childrenOf, openWorkflowRemoval } from './remove-workflow.ts';
import { lookAtRecorded, lookAtStruck, type SweptPods, sleep } from './swept-pods.ts';
import { chaosMeshUndo, type RecordedFault } from './undo.ts';

const CHAOS_KINDS = [...KNOWN_KINDS, ...OTHER_KINDS];

/** An object that a run left behind. */
export interface Leftover {
  kube: KubeClient;
  object: KubeObject;
  run: string;
  /** What the run wrote down that it would strike. */
  faults?: readonly RecordedFault[];
}

/** Removes what a killed run recorded. Resolves with a line that says so. */
export async function sweepRecorded(recorded: unknown, signal: AbortSignal, openProof: OpenProof): Promise<string> {
  const parsed = chaosMeshUndo.safeParse(recorded);
  if (!parsed.success) throw new Error('the record of a Chaos Mesh fault cannot be read');
  const { kubeconfig, context, server, kind, namespace, name, run, namespaces, faults } = parsed.data;
  const kube = await openKubeClient({ kubeconfig, context });
  try {
    if (kube.address !== server)
      throw new Error(`the fault is in the cluster at ${server}, and this is ${kube.address}`);
    const object = { kind, metadata: { namespace, name } };
    const text = await removeLeftover({ kube, object, run, faults }, openProof, signal);
    await releaseOf(kube, namespaces, run, signal);
    return text;
  } finally {
    kube.close();
  }
}

/** Removes an object of a run that is gone, with whatever it left in the pods. Rejects when that is not certain. */
export async function removeLeftover(leftover: Leftover, openProof: OpenProof, signal: AbortSignal): Promise<string> {
  const { kube, object } = leftover;
  const { namespace, name } = object.metadata as { namespace: string; name: string };
  const ref = { resource: chaosResource(object.kind!), namespace, name };
  const itself = await findObject(kube, object.kind!, ref, signal);
  const kinds = childKinds(leftover, itself);
  const children = object.kind === 'Workflow' ? await childrenOf(kube, ref, kinds, signal) : [];
  const struck = [...(itself ? [itself] : []), ...children.map((child) => child.object)];
  const proofs = await looksAfterwards(leftover, struck, { kube, openProof }, signal);
  const evidence = await removeAndLook(removalOf(leftover, ref, kinds), proofs, signal);
  const findings = evidence.filter(({ of }) => of === 'finding').map(({ text }) => text);
  return [struck.length === 0 ? `${titleOf(ref)} was gone already` : `${titleOf(ref)} removed`, ...findings].join('; ');
}

/** An object that is gone may have been removed by force: then only what the run wrote down says where to look. */
async function looksAfterwards(
  { object, faults = [] }: Leftover,
  struck: readonly KubeObject[],
  ways: SweptPods,
  signal: AbortSignal,
): Promise<MechanismProof[]> {
  const looks = await Promise.all(struck.map((each) => lookAtStruck(ways, each, signal)));
  const known = looks.flatMap((look) => look ?? []);
  if (known.length > 0) return known;
  const { namespace = '', name = '' } = object.metadata;
  // What a Workflow makes bears names that nobody wrote down.
  const source = { namespace, name: object.kind === 'Workflow' ? '' : name };
  return Promise.all(faults.map((fault) => lookAtRecorded(ways, source, fault, signal)));
}

async function removeAndLook(
  removal: Removal,
  proofs: readonly MechanismProof[],
  signal: AbortSignal,
): Promise<Evidence[]> {
  try {
    const evidence = await removal.run(signal);
    await requireCleared(proofs, sleep, signal);
    return evidence;
  } finally {
    for (const proof of proofs) proof.close();
  }
}

function removalOf({ kube, object, run }: Leftover, ref: KubeRef, kinds: readonly string[]): Removal {
  const isOurs = ({ metadata }: KubeObject) => metadata.labels?.[RUN_LABEL] === labelValue(run);
  const setting = { kube, kind: object.kind!, ref, isOurs, sleep, now: () => performance.now() };
  return object.kind === 'Workflow' ? openWorkflowRemoval(setting, kinds) : openRemoval(setting);
}

/** What a Workflow's faults are, as far as anything tells: the account may be allowed no more than to list those. */
function childKinds({ faults = [] }: Leftover, workflow: KubeObject | undefined): readonly string[] {
  const spec = isFields(workflow?.spec) ? workflow.spec : {};
  const templates = faultsOf({ apiVersion: CHAOS_MESH_API, kind: 'Workflow', metadata: {}, spec });
  const known = [...faults, ...templates].map(({ kind }) => kind);
  return known.length > 0 ? [...new Set(known)] : CHAOS_KINDS;
}

async function findObject(
  kube: KubeClient,
  kind: string,
  ref: KubeRef,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const got = await kube.get(ref, signal);
  if (!got.ok && !isStatus(got, 404)) throw new Error(`${titleOf(ref)}: ${got.message}`);
  return got.ok ? { ...got.value, kind } : undefined;
}
