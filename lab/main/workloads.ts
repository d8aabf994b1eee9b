import { startCluster } from '../cluster/cluster.ts';
import { deployWorkloads } from '../cluster/workloads/deploy.ts';
import { type WorkloadName, workloadNames } from '../cluster/workloads/groups.ts';
import { netemNodes } from '../cluster/workloads/placement.ts';
import type { Progress } from '../getting/progress.ts';

/** Brings workloads up in the cluster, all if none is named; those under `onNetem` on the node whose kernel has netem. */
export async function workloadsUp(names: readonly string[], onNetem: readonly string[], say: Progress): Promise<void> {
  const only = names.length === 0 ? workloadNames : names.map(workloadNamed);
  const nodeSelector = netemNodes(onNetem.map(workloadNamed));
  const cluster = await startCluster({ progress: say });
  const { tookMs } = await deployWorkloads(cluster, { only, nodeSelector, progress: say });
  say(`all of them are ready after ${Math.round(tookMs / 1_000)} s`);
}

function workloadNamed(name: string): WorkloadName {
  const found = workloadNames.find((each) => each === name);
  if (found === undefined) throw new Error(`there is no workload "${name}"; there are ${workloadNames.join(', ')}`);
  return found;
}
