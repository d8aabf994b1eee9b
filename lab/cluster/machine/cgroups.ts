import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupName } from '../place.ts';

const root = '/sys/fs/cgroup';
const controllers = ['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids', 'systemd'];

export const cgroupHierarchies: readonly string[] = controllers.map((name) => join(root, name));

/** Makes the group that holds all pods, in every hierarchy; a kubelet wants it to be there. */
export async function makeCgroups(): Promise<void> {
  for (const hierarchy of cgroupHierarchies) await mkdir(join(hierarchy, cgroupName), { recursive: true });
  const cpuset = join(root, 'cpuset');
  for (const file of ['cpuset.cpus', 'cpuset.mems'])
    await writeFile(join(cpuset, cgroupName, file), await readFile(join(cpuset, file)));
}
