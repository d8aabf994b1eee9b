import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupName } from '../place.ts';

const root = '/sys/fs/cgroup';
const hierarchies = ['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids', 'systemd'];

/** Makes the group that holds all pods, in every hierarchy; a kubelet wants it to be there. */
export async function makeCgroups(): Promise<void> {
  for (const hierarchy of hierarchies) await mkdir(join(root, hierarchy, cgroupName), { recursive: true });
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const cpuset = join(root, 'cpuset');
    await writeFile(join(cpuset, cgroupName, file), await readFile(join(cpuset, file)));
  }
}
