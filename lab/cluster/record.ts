import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ProcessIdentity, runsStill } from '../processes/pid-file.ts';
import { clusterName, clusterPlace } from './place.ts';

/** Where the cluster of this host keeps its files, and its machine's first process. */
export interface ClusterRecord {
  path: string;
  machine: ProcessIdentity;
}

/** The same from every checkout, as the network namespace is: whoever starts a cluster has to find an earlier one. */
const recordFile = `/run/steadfast/${clusterName}.json`;

export async function writeRecord(record: ClusterRecord): Promise<void> {
  await mkdir(dirname(recordFile), { recursive: true });
  await writeFile(recordFile, JSON.stringify(record));
}

export async function readRecord(): Promise<ClusterRecord | undefined> {
  const text = await readFile(recordFile, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ClusterRecord);
}

export async function removeRecord(): Promise<void> {
  await rm(recordFile, { force: true });
}

/** False also for a machine whose folder was removed under it: it is of no more use to anybody. */
export function isRunning(record: ClusterRecord | undefined): record is ClusterRecord {
  return record !== undefined && runsStill(record.machine) && existsSync(clusterPlace(record.path).specFile);
}
