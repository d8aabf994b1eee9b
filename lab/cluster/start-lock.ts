import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatPidFile, ownProcess, parsePidFile, runsStill } from '../processes/pid-file.ts';
import { clusterName } from './place.ts';

const lockFile = `/run/steadfast/${clusterName}.lock`;

/** Runs a piece of work while no other process of this host does the same. The lock of a killed one does not count. */
export async function alone<T>(work: () => Promise<T>, file = lockFile): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  while (!(await take(file))) await sleep(100);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, formatPidFile(ownProcess()), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = parsePidFile(await readFile(file, 'utf8').catch(() => ''));
  if (holder !== undefined && !runsStill(holder)) await rm(file, { force: true });
  return false;
}
