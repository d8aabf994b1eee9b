import { spawn } from 'node:child_process';
import { findCluster, startCluster } from '../cluster/cluster.ts';
import { givenKubeconfig } from '../cluster/given.ts';
import { readRecord } from '../cluster/record.ts';
import { removeCluster } from '../cluster/remove.ts';
import type { Progress } from '../getting/progress.ts';

const interrupted = 130;

/** Runs a command in the cluster's network and gives its exit code. A cluster that was not up before is not up after. */
export async function runInCluster(command: readonly string[], say: Progress): Promise<number> {
  const staysUp = givenKubeconfig() !== undefined || (await findCluster()) !== undefined;
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  try {
    const cluster = await startCluster({ progress: say });
    if (interruption.signal.aborted) return interrupted;
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
    return await run(cluster.inNetwork(...command), env, interruption.signal);
  } finally {
    if (!staysUp) await removeCluster(await readRecord());
  }
}

function run([program, ...args]: string[], env: NodeJS.ProcessEnv, interruption: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { stdio: 'inherit', env });
    interruption.addEventListener('abort', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? interrupted));
  });
}
