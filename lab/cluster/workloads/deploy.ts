/**
 * The lab's workloads as pods.
 *
 *     const { tookMs } = await deployWorkloads(cluster, { only: ['gateway'] })  // brings the engines, too
 *     await removeWorkloads(cluster, ['gateway', 'engines'])
 *
 * Their programs come from this checkout and from the lab's cache, which every node must see at the same paths.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../getting/command.ts';
import { noProgress, type Progress } from '../../getting/progress.ts';
import { createResolver } from '../../resolve.ts';
import { type WorkloadName, workloadNames } from './groups.ts';
import type { KubeObject } from './objects.ts';
import { objectsOf, withNeeds } from './workloads.ts';

/** A cluster, as far as it must be known to bring something up on it. */
export interface ClusterAccess {
  /** The command that runs kubectl against it, from wherever this process is. */
  kubectl: readonly string[];
  /** An image with Node, a shell and the usual shared libraries, which is there on every node. */
  image: string;
}

export interface DeployOptions {
  /** All of them if not given. */
  only?: readonly WorkloadName[];
  /** Labels of the nodes that a workload may run on. */
  nodeSelector?: Partial<Record<WorkloadName, Record<string, string>>>;
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
  const objects = (await objectsFor(cluster, names, options)).map(change);
  await apply(cluster, objects);
  await Promise.all(
    deploymentsIn(objects).map((deployment) => untilReady(cluster, deployment, readyWithinMs, progress)),
  );
  return { names, tookMs: Math.round(performance.now() - began) };
}

/** Removes what the workloads consist of, but leaves their namespaces. */
export async function removeWorkloads(cluster: ClusterAccess, names: readonly WorkloadName[]): Promise<void> {
  const objects = (await objectsFor(cluster, names, {})).filter(({ kind }) => kind !== 'Namespace');
  await withFile(objects, (file) =>
    kubectl(cluster, ['delete', '--ignore-not-found', '--wait', '--timeout=60s', '-f', file], 90_000),
  );
}

async function objectsFor(
  { image }: ClusterAccess,
  names: readonly WorkloadName[],
  { nodeSelector, progress }: DeployOptions,
): Promise<KubeObject[]> {
  const resolver = createResolver(progress);
  return await objectsOf(names, (name) => ({ image, resolver, nodeSelector: nodeSelector?.[name] ?? {} }));
}

async function apply(cluster: ClusterAccess, objects: readonly KubeObject[]): Promise<void> {
  await withFile(objects, (file) =>
    kubectl(cluster, ['apply', '--server-side', '--force-conflicts', '-f', file], 60_000),
  );
}

function deploymentsIn(objects: readonly KubeObject[]): KubeObject['metadata'][] {
  return objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata);
}

async function untilReady(
  cluster: ClusterAccess,
  { name, namespace = 'default' }: KubeObject['metadata'],
  withinMs: number,
  progress: Progress,
): Promise<void> {
  const began = performance.now();
  const wait = [
    'rollout',
    'status',
    `deployment/${name}`,
    '-n',
    namespace,
    `--timeout=${Math.ceil(withinMs / 1_000)}s`,
  ];
  try {
    await kubectl(cluster, wait, withinMs + 5_000);
  } catch (error) {
    throw new Error(
      `${namespace}/${name} is not ready: ${(error as Error).message}\n${await podsIn(cluster, namespace)}`,
    );
  }
  progress(`${namespace}/${name}: ready after ${Math.round(performance.now() - began)} ms`);
}

async function podsIn(cluster: ClusterAccess, namespace: string): Promise<string> {
  return await kubectl(cluster, ['get', 'pods', '-n', namespace, '-o', 'wide'], 10_000).catch(String);
}

async function withFile(objects: readonly KubeObject[], work: (file: string) => Promise<unknown>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-objects-'));
  const file = join(folder, 'objects.json');
  try {
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function kubectl({ kubectl: [command, ...first] }: ClusterAccess, args: readonly string[], timeoutMs: number) {
  return await runCommand(command!, [...first, ...args], { timeoutMs });
}
