import { partsOfACluster } from '../cluster/prepare.ts';
import type { Progress } from '../getting/progress.ts';
import { clusterDown, clusterUp } from './cluster.ts';
import { down } from './down.ts';
import { runInCluster } from './in-cluster.ts';
import { resolveParts } from './resolve-parts.ts';
import { status } from './status.ts';
import { type UpOptions, up, upDetached } from './up.ts';
import { workloadsUp } from './workloads.ts';

export type Options = UpOptions & { detach: boolean; 'one-node': boolean; netem?: string | undefined };

/** Runs one command of the lab's command line; false if there is no such command. */
export async function runCommand(
  name: string | undefined,
  rest: readonly string[],
  options: Options,
  say: Progress,
): Promise<boolean> {
  if (name === 'up') await (options.detach ? upDetached(options, say) : up(options, say));
  else if (name === 'down') await down(options.name, say);
  else if (name === 'status') await status(say);
  else if (name === 'resolve') await resolveParts(rest, say);
  else if (name === 'cluster') await clusterUp({ netem: !options['one-node'] }, say);
  else if (name === 'workloads') await workloadsUp(rest, options.netem?.split(',') ?? [], say);
  else if (name === 'cluster-parts') await resolveParts(partsOfACluster, say);
  else if (name === 'in-cluster') process.exitCode = await runInCluster(rest, say);
  else if (name === 'cluster-down') await clusterDown(say);
  else return false;
  return true;
}
