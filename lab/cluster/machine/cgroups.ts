import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterName } from '../place.ts';

const root = '/sys/fs/cgroup';

/** Roots of the hierarchies: one for each controller in version 1, one for all in version 2. */
export async function cgroupHierarchies(): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  if (entries.some(({ name }) => name === 'cgroup.controllers')) return [root];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
}

/** Makes the group that holds all pods, in every hierarchy; a kubelet wants it to be there with all controllers. */
export async function makeCgroups(): Promise<void> {
  const hierarchies = await cgroupHierarchies();
  for (const hierarchy of hierarchies) await mkdir(join(hierarchy, clusterName), { recursive: true });
  if (hierarchies.includes(root)) await passOnControllers();
  else await passOnProcessors();
}

async function passOnControllers(): Promise<void> {
  const controllers = (await readFile(join(root, 'cgroup.controllers'), 'utf8')).trim().split(' ');
  for (const group of [root, join(root, clusterName)])
    await writeFile(join(group, 'cgroup.subtree_control'), controllers.map((name) => `+${name}`).join(' '));
}

/** In version 1 a group weighs no more than one process beside it, and all pods are in ours; stressed ones must not starve the servers. */
async function passOnProcessors(): Promise<void> {
  await writeFile(join(root, 'cpu', clusterName, 'cpu.shares'), String(4 * 1024));
  const cpuset = join(root, 'cpuset');
  for (const file of ['cpuset.cpus', 'cpuset.mems'])
    await writeFile(join(cpuset, clusterName, file), await readFile(join(cpuset, file)));
}
