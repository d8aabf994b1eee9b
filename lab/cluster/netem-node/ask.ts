import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterPlace } from '../place.ts';
import { netemNodePlace } from './place.ts';

/**
 * Runs a script of bash on the second node, as root, from any process that sees the cluster's folder. Gives what it printed
 * on both streams; rejects when it fails, or does not end in time.
 */
export async function askNetemNode(cluster: ClusterPlace, script: string, withinMs = 30_000): Promise<string> {
  const { requests } = netemNodePlace(cluster);
  await mkdir(requests, { recursive: true });
  const request = join(requests, randomUUID());
  try {
    await writeFile(`${request}.new`, script);
    await rename(`${request}.new`, `${request}.sh`);
    const status = await untilWritten(`${request}.status`, withinMs);
    const output = await readFile(`${request}.output`, 'utf8');
    if (status.trim() !== '0') throw new Error(`the netem node ended a script with ${status.trim()}:\n${output}`);
    return output;
  } finally {
    for (const ending of ['new', 'sh', 'taken', 'output', 'status']) await rm(`${request}.${ending}`, { force: true });
  }
}

async function untilWritten(file: string, withinMs: number): Promise<string> {
  for (const end = performance.now() + withinMs; performance.now() < end; await sleep(50)) {
    const content = await readFile(file, 'utf8').catch(() => '');
    if (content.endsWith('\n')) return content;
  }
  throw new Error(`the netem node did not answer within ${withinMs} ms`);
}
