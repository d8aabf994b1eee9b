import { hostname } from 'node:os';
import { type KubeClient, type KubeMetadata, RESOURCES } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import type { DriverContext } from '../contract.ts';
import { type Fields, isFields } from './manifest.ts';
import { readPod } from './pod.ts';

/** The pod that we run in. */
export interface Self {
  namespace: string;
  pod: string;
  node?: string;
  /** The Job that made us. */
  job?: NonNullable<KubeMetadata['ownerReferences']>[number];
  /** Why this may be another one's name. */
  unsure?: string;
}

type PodName = Pick<Self, 'namespace' | 'pod'>;

const ASK_MS = 5_000;

/** `undefined` where we do not run in a pod of this cluster. */
export async function findSelf(
  kube: KubeClient,
  ownPod: DriverContext['ownPod'],
  signal: AbortSignal,
): Promise<Self | undefined> {
  const name = (await nameByToken(kube, signal)) ?? nameBySurroundings(kube, ownPod);
  if (!name) return undefined;
  const got = await kube.get({ resource: RESOURCES.pods, namespace: name.namespace, name: name.pod }, signal);
  if (!got.ok && isStatus(got, 404)) return kube.inCluster ? { ...name, unsure: notThere(name) } : undefined;
  if (!got.ok) return name;
  const { node } = readPod(got.value);
  const job = got.value.metadata.ownerReferences?.find(({ kind, controller }) => kind === 'Job' && controller === true);
  return { ...name, ...(node === undefined ? {} : { node }), ...(job === undefined ? {} : { job }) };
}

function notThere({ namespace, pod }: PodName): string {
  return `there is no pod ${namespace}/${pod}; set POD_NAME and POD_NAMESPACE by the downward API`;
}

/** The token of a pod's service account says which pod it was made for, whatever that pod calls itself. */
async function nameByToken(kube: KubeClient, signal: AbortSignal): Promise<PodName | undefined> {
  const { group, version } = RESOURCES.selfReviews;
  const review = { apiVersion: `${group}/${version}`, kind: 'SelfSubjectReview', metadata: {} };
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]);
  const answer = await kube.create({ resource: RESOURCES.selfReviews }, review, {}, bounded);
  const user = answer.ok ? fieldsIn(fieldsIn(answer.value.status)['userInfo']) : {};
  const names = fieldsIn(user['extra'])['authentication.kubernetes.io/pod-name'];
  const pod = Array.isArray(names) ? names[0] : undefined;
  const [, namespace] = /^system:serviceaccount:([^:]+):/.exec(String(user['username'])) ?? [];
  return typeof pod === 'string' && namespace !== undefined ? { namespace, pod } : undefined;
}

/** A pod's host name is its own name, unless it uses its node's network or was given another. */
function nameBySurroundings(kube: KubeClient, ownPod: DriverContext['ownPod']): PodName | undefined {
  if (ownPod) return { namespace: ownPod.namespace ?? kube.namespace, pod: ownPod.name };
  return kube.inCluster ? { namespace: kube.namespace, pod: hostname() } : undefined;
}

function fieldsIn(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The Job as owner of what we make, which only works in its own namespace: elsewhere it would be collected at once. */
export function ownerFor(self: Self | undefined, namespace: string): Self['job'] {
  if (!self?.job || self.namespace !== namespace) return undefined;
  const { apiVersion, kind, name, uid } = self.job;
  return { ...{ apiVersion, kind, name, uid }, controller: false, blockOwnerDeletion: false } as Self['job'];
}
