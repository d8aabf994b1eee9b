import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../getting/command.ts';
import { signalProcess } from '../processes/pid-file.ts';
import { untilGone } from '../processes/until-gone.ts';
import { cgroupHierarchies } from './machine/cgroups.ts';
import { clusterName, netnsFile } from './place.ts';
import { type ClusterRecord, removeRecord } from './record.ts';

/**
 * Removes a cluster, or what a killed one left. With its first process the machine loses all others, and with them its
 * mounts and links; what is left for us is what has a name outside.
 */
export async function removeCluster(record: ClusterRecord | undefined): Promise<void> {
  if (record !== undefined) {
    signalProcess(record.machine, 'SIGKILL');
    await untilGone(record.machine, 10_000);
  }
  await runCommand('umount', ['--lazy', netnsFile]).catch(() => undefined);
  await rm(netnsFile, { force: true });
  for (const hierarchy of await cgroupHierarchies()) await removeCgroup(join(hierarchy, clusterName));
  if (record !== undefined) await rm(record.path, { recursive: true, force: true });
  await removeRecord();
}

/** A group can be removed when it is empty; the kernel takes a moment to see that its processes are gone. */
async function removeCgroup(path: string): Promise<void> {
  const children = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const child of children) if (child.isDirectory()) await removeCgroup(join(path, child.name));
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      return await rmdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    }
    await sleep(50);
  }
  throw new Error(`the cgroup ${path} cannot be removed: a process of an earlier cluster is still in it`);
}
