import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../../lab/cluster/access.ts';

/** A namespace of its own for one test file, and what tests do in it. */
export interface Scene extends AsyncDisposable {
  namespace: string;
  kubectl: (...args: string[]) => Promise<string>;
  create: (...objects: object[]) => Promise<void>;
  read: <T>(kind: string, name: string) => Promise<T>;
  /** Runs a shell script in a pod; gives what it printed. */
  shell: (pod: string, script: string) => Promise<string>;
}

export async function openScene(cluster: Cluster): Promise<Scene> {
  const namespace = `scene-${randomBytes(4).toString('hex')}`;
  const kubectl = (...args: string[]) => cluster.kubectl('--namespace', namespace, ...args);
  await cluster.kubectl('create', 'namespace', namespace);
  return {
    namespace,
    kubectl,
    create: (...objects) => createFromFile(kubectl, objects),
    read: async (kind, name) => JSON.parse(await kubectl('get', kind, name, '--output', 'json')),
    shell: (pod, script) => kubectl('exec', pod, '--', 'sh', '-c', script),
    // Experiments go first: they would hold the namespace.
    [Symbol.asyncDispose]: async () => {
      const kinds = 'podchaos,networkchaos,stresschaos,timechaos';
      await kubectl('delete', kinds, '--all', '--timeout=60s');
      await cluster.kubectl('delete', 'namespace', namespace, '--wait=false');
    },
  };
}

async function createFromFile(kubectl: Scene['kubectl'], items: object[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-scene-'));
  try {
    const file = join(folder, 'objects.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await kubectl('create', '--filename', file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Asks until the answer is as wanted, and gives it; says the last answer when it never is. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  for (const end = performance.now() + withinMs; ; await sleep(200)) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (performance.now() > end) throw new Error(`still not as wanted after ${withinMs} ms: ${JSON.stringify(answer)}`);
  }
}
