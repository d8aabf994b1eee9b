import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findCluster, startCluster } from '../cluster/cluster.ts';
import { givenKubeconfig } from '../cluster/given.ts';
import { readRecord } from '../cluster/record.ts';
import { removeCluster } from '../cluster/remove.ts';
import type { Progress } from '../getting/progress.ts';

const interruptedCode = 130;

/** Runs a command in the cluster's network and gives its exit code. A cluster that was not up before is not up after. */
export async function runInCluster(command: readonly string[], say: Progress): Promise<number> {
  const staysUp = givenKubeconfig() !== undefined || (await findCluster()) !== undefined;
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  const interrupted = once(interruption.signal, 'abort').then(() => undefined);
  try {
    const starting = startCluster({ progress: say });
    starting.catch(() => {}); // told below, unless nobody waits for it any more
    const cluster = await Promise.race([starting, interrupted]);
    if (cluster === undefined) return interruptedCode;
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
    return await run(cluster.inNetwork(...command), env, interruption.signal);
  } finally {
    if (!staysUp) await removeCluster(await readRecord());
    // A start that was given up may still be building.
    if (interruption.signal.aborted) process.exit(interruptedCode);
  }
}

function run([program, ...args]: string[], env: NodeJS.ProcessEnv, interruption: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { stdio: 'inherit', env });
    interruption.addEventListener('abort', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? interruptedCode));
  });
}
