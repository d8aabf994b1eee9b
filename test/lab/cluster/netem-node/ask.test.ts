import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { askNetemNode } from '../../../../lab/cluster/netem-node/ask.ts';
import { netemNodePlace } from '../../../../lab/cluster/netem-node/place.ts';
import { type ClusterPlace, clusterPlace } from '../../../../lab/cluster/place.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';

const answering = join(import.meta.dirname, '..', '..', '..', '..', 'lab', 'cluster', 'netem-node', 'answer.sh');

function place(): ClusterPlace {
  const cluster = clusterPlace(temporaryFolder());
  mkdirSync(netemNodePlace(cluster).requests, { recursive: true });
  return cluster;
}

/** A folder of requests with the program that answers them on the node. */
function answeredPlace(): ClusterPlace {
  const cluster = place();
  const child = spawn('bash', [answering, netemNodePlace(cluster).requests], { stdio: 'ignore', detached: true });
  // Its whole group: it answers each request in a process of its own, which would go on.
  onTestFinished(() => void process.kill(-child.pid!, 'SIGKILL'));
  return cluster;
}

describe('a script for the second node', () => {
  test('gives what it printed on both streams', async () => {
    expect(await askNetemNode(answeredPlace(), 'echo out; echo err >&2')).toBe('out\nerr\n');
  });

  test('rejects with its status and its words when it fails', async () => {
    await expect(askNetemNode(answeredPlace(), 'echo no such link; exit 3')).rejects.toThrow(/with 3:\nno such link/);
  });

  test('does not wait for another one that takes long', async () => {
    const cluster = answeredPlace();
    const slow = askNetemNode(cluster, 'sleep 60', 1_500).catch((error: Error) => error.message);

    expect(await askNetemNode(cluster, 'echo quick')).toBe('quick\n');
    expect(await slow).toBe('the netem node did not answer within 1500 ms');
  });

  test('rejects when nobody answers', async () => {
    await expect(askNetemNode(place(), 'true', 200)).rejects.toThrow('did not answer within 200 ms');
  });

  test('leaves no file behind', async () => {
    const cluster = answeredPlace();
    await askNetemNode(cluster, 'true');

    expect(readdirSync(netemNodePlace(cluster).requests)).toEqual([]);
  });
});
