import { hostname } from 'node:os';
import { type KubeClient, type KubeMetadata, RESOURCES } from '../../clients/kubernetes/client.ts';
import { readPod } from './pod.ts';

/** The pod that we run in. */
export interface Self {
  namespace: string;
  pod: string;
  node?: string;
  /** The Job that made us. */
  job?: NonNullable<KubeMetadata['ownerReferences']>[number];
}

/** `undefined` where we do not run in a pod of this cluster. A pod's host name is its own name. */
export async function findSelf(kube: KubeClient, signal: AbortSignal): Promise<Self | undefined> {
  if (!kube.inCluster) return undefined;
  const { namespace } = kube;
  const name = hostname();
  const got = await kube.get({ resource: RESOURCES.pods, namespace, name }, signal);
  if (!got.ok) return { namespace, pod: name };
  const { node } = readPod(got.value);
  const job = got.value.metadata.ownerReferences?.find(({ kind, controller }) => kind === 'Job' && controller === true);
  return { namespace, pod: name, ...(node === undefined ? {} : { node }), ...(job === undefined ? {} : { job }) };
}

/** The Job as owner of what we make, which only works in its own namespace: elsewhere it would be collected at once. */
export function ownerFor(self: Self | undefined, namespace: string): Self['job'] {
  if (!self?.job || self.namespace !== namespace) return undefined;
  const { apiVersion, kind, name, uid } = self.job;
  return { ...{ apiVersion, kind, name, uid }, controller: false, blockOwnerDeletion: false } as Self['job'];
}
