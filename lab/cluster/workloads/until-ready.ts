import type { Progress } from '../../getting/progress.ts';
import type { ClusterAccess } from './access.ts';
import type { KubeObject } from './objects.ts';

export interface UntilReady {
  withinMs: number;
  progress: Progress;
}

/** kubectl itself must not wait for longer than a command may take. */
const longestWaitMs = 60_000;

/** Waits until all pods of the newest version of a deployment are Ready; tells of its pods if they are not in time. */
export async function untilReady(
  { kubectl }: ClusterAccess,
  { name, namespace = 'default' }: KubeObject['metadata'],
  { withinMs, progress }: UntilReady,
): Promise<void> {
  const began = performance.now();
  const tookMs = () => Math.round(performance.now() - began);
  for (;;) {
    const seconds = Math.ceil(Math.min(longestWaitMs, withinMs - tookMs()) / 1_000);
    try {
      await kubectl('rollout', 'status', `deployment/${name}`, '-n', namespace, `--timeout=${seconds}s`);
      break;
    } catch (error) {
      if (tookMs() < withinMs) continue;
      const pods = await kubectl('get', 'pods', '-n', namespace, '-o', 'wide').catch(String);
      throw new Error(`${namespace}/${name} is not ready: ${(error as Error).message}\n${pods}`);
    }
  }
  progress(`${namespace}/${name}: ready after ${tookMs()} ms`);
}
