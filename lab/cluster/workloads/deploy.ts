/**
 * The lab's workloads as pods.
 *
 *     const { tookMs } = await deployWorkloads(await startCluster(), { only: ['gateway'] })  // brings the engines, too
 *     await removeWorkloads(cluster, ['gateway', 'engines'])
 *
 * Their programs come from this checkout and from the lab's cache, which every node must see at the same paths.
 */
import { noProgress, type Progress } from '../../getting/progress.ts';
import { createResolver } from '../../resolve.ts';
import { type ClusterAccess, kubectlOn } from './access.ts';
import { type WorkloadName, workloadNames } from './groups.ts';
import type { KubeObject } from './objects.ts';
import type { NodeSelectors } from './placement.ts';
import { untilReady } from './until-ready.ts';
import { objectsOf, withNeeds } from './workloads.ts';

const nodeImage = 'steadfast.test/node:24';

export interface DeployOptions {
  /** All of them if not given. */
  only?: readonly WorkloadName[];
  /** An image with Node, a shell and the usual shared libraries, which is there on every node; by default the lab's own. */
  image?: string;
  /** Labels of the nodes that a workload may run on. */
  nodeSelector?: NodeSelectors;
  /** Further changes of what is made, for a test that wants something else of it. */
  change?: (object: KubeObject) => KubeObject;
  readyWithinMs?: number;
  progress?: Progress;
}

export interface Deployed {
  names: WorkloadName[];
  tookMs: number;
}

/** Brings workloads up and waits until all their pods are Ready; those that are up already stay as they are. */
export async function deployWorkloads(cluster: ClusterAccess, options: DeployOptions = {}): Promise<Deployed> {
  const { only = workloadNames, change = (object) => object, readyWithinMs = 180_000, progress = noProgress } = options;
  const began = performance.now();
  const names = withNeeds(only);
  const objects = (await objectsFor(names, options)).map(change);
  await kubectlOn(cluster, objects, 'apply', '--server-side', '--force-conflicts');
  await Promise.all(
    deploymentsIn(objects).map((deployment) => untilReady(cluster, deployment, { withinMs: readyWithinMs, progress })),
  );
  return { names, tookMs: Math.round(performance.now() - began) };
}

/** Removes what the workloads consist of, but leaves their namespaces. */
export async function removeWorkloads(cluster: ClusterAccess, names: readonly WorkloadName[]): Promise<void> {
  const objects = (await objectsFor(names, {})).filter(({ kind }) => kind !== 'Namespace');
  await kubectlOn(cluster, objects, 'delete', '--ignore-not-found', '--wait', '--timeout=60s');
}

async function objectsFor(
  names: readonly WorkloadName[],
  { image = nodeImage, nodeSelector, progress }: DeployOptions,
): Promise<KubeObject[]> {
  const resolver = createResolver(progress);
  return await objectsOf(names, (name) => ({ image, resolver, nodeSelector: nodeSelector?.[name] ?? {} }));
}

function deploymentsIn(objects: readonly KubeObject[]): KubeObject['metadata'][] {
  return objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata);
}
