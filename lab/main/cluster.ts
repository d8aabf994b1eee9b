import { startCluster } from '../cluster/cluster.ts';
import { givenKubeconfig } from '../cluster/given.ts';
import { readRecord } from '../cluster/record.ts';
import { removeCluster } from '../cluster/remove.ts';
import type { Progress } from '../getting/progress.ts';

export async function clusterUp({ netem }: { netem: boolean }, say: Progress): Promise<void> {
  const began = performance.now();
  const cluster = await startCluster({ progress: say, netem });
  say(`the cluster is up after ${Math.round((performance.now() - began) / 1000)} s\n`);
  say(await cluster.kubectl('get', 'nodes', '-o', 'wide'));
  say(`its API:      ${cluster.kubectlCommand.join(' ')} get pods --all-namespaces`);
  if (givenKubeconfig() !== undefined) return;
  say(`its network:  ${cluster.inNetwork('COMMAND').join(' ')}`);
  say(`node 1:       ${cluster.onNode('COMMAND').join(' ')}`);
  say(`its logs:     ${cluster.place.logs}`);
  say('`make cluster-down` removes it');
}

export async function clusterDown(say: Progress): Promise<void> {
  const record = await readRecord();
  await removeCluster(record);
  say(record === undefined ? 'no cluster was up' : 'the cluster is down, and nothing of it is left');
}
