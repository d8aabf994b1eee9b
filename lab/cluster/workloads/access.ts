import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../access.ts';
import type { KubeObject } from './objects.ts';

/** A cluster, as far as it must be known to bring something up on it. */
export type ClusterAccess = Pick<Cluster, 'kubectl'>;

/** Runs kubectl with the objects as its `-f`. */
export async function kubectlOn(
  { kubectl }: ClusterAccess,
  objects: readonly KubeObject[],
  ...args: string[]
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-objects-'));
  const file = join(folder, 'objects.json');
  try {
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await kubectl(...args, '-f', file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
