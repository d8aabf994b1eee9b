import { stat } from 'node:fs/promises';
import { startCluster } from '../../../lab/cluster/cluster.ts';

/** Set-up of all tests here, once: the cluster is up, and this process reaches its pods. */
export async function setup(): Promise<void> {
  const { network } = await startCluster();
  if (network === undefined) return;
  const [ours, theirs] = await Promise.all([stat('/proc/self/ns/net'), stat(network)]);
  if (ours.ino !== theirs.ino) throw new Error('these tests run in the network of the cluster: npm run test:cluster');
}
