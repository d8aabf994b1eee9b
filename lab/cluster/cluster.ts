/**
 * A real Kubernetes with a real Chaos Mesh, without Docker.
 *
 *     const cluster = await startCluster({ progress: console.error }); // the one that is up, if one is
 *     await runCommand(...cluster.inNetwork('curl', url))              // our files, the cluster's network
 *     await cluster.importImage('steadfast.test/mine:1', rootfs)
 *     await cluster.stopServer('chaos-daemon')                         // see machine/components/all.ts
 *
 * Its servers are processes of a machine made of namespaces; node 2 is a kernel of its own, see netem-node/. It
 * stays until `removeCluster`, however many processes use it. There is one cluster of a
 * name (`STEADFAST_CLUSTER`) on a host.
 */
import { readFile, rm } from 'node:fs/promises';
import { lastLines } from '../getting/command.ts';
import { noProgress, type Progress } from '../getting/progress.ts';
import { accessTo, type Cluster } from './access.ts';
import { accessToGiven, givenKubeconfig } from './given.ts';
import { launchMachine } from './launch-machine.ts';
import { clusterPlace, ownClusterFolder } from './place.ts';
import { furnish, getProvisions } from './prepare.ts';
import { type ClusterRecord, isRunning, readRecord } from './record.ts';
import { removeCluster } from './remove.ts';
import { alone } from './start-lock.ts';
import { untilUp } from './until-up.ts';

export interface ClusterOptions {
  progress?: Progress;
  /** Whether the second node, whose kernel has netem, belongs to it; true if absent. */
  netem?: boolean;
}

/**
 * Gives the cluster that is up, or starts one after removing what a killed one left. Where `STEADFAST_KUBECONFIG` names a file,
 * that cluster is taken and nothing is started; `KUBECONFIG` alone is not enough, since the tests break what they find.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const given = givenKubeconfig();
  if (given !== undefined) return accessToGiven(given);
  const known = await readRecord();
  return isRunning(known) ? await joinCluster(known) : await alone(() => startOrJoin(options));
}

async function startOrJoin({ progress = noProgress, netem = true }: ClusterOptions): Promise<Cluster> {
  const known = await readRecord();
  if (isRunning(known)) return await joinCluster(known);
  if (process.getuid?.() !== 0) throw new Error('a cluster needs root: it is made of namespaces');
  const provisions = await getProvisions(progress);
  await removeCluster(known);
  const place = clusterPlace(ownClusterFolder());
  await rm(place.path, { recursive: true, force: true });
  await furnish(place, provisions, netem);
  const record = await launchMachine(place, provisions);
  try {
    return await joinCluster(record);
  } catch (error) {
    const log = lastLines(await readFile(place.logFile('machine'), 'utf8').catch(() => ''), 25);
    await removeCluster(record);
    throw new Error(`the cluster does not start: ${(error as Error).message}\n${log}`);
  }
}

/** The cluster that is up, or undefined. */
export async function findCluster(): Promise<Cluster | undefined> {
  const known = await readRecord();
  return isRunning(known) ? await joinCluster(known) : undefined;
}

async function joinCluster(record: ClusterRecord): Promise<Cluster> {
  await untilUp(record);
  return accessTo(record);
}
