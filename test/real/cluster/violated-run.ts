import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { type ExperimentRun, runExperiment } from './experiment-run.ts';
import type { Moment, Violation } from './violation.ts';

/** Runs the plan with the violation, or with none, and leaves the lab as sound as it was. */
export async function runViolated<Lab extends { mend(): Promise<void> }>(
  plan: string,
  violation: Violation<Lab> | undefined,
  { cluster, env, lab }: { cluster: Cluster; env: Record<string, string>; lab: Lab },
): Promise<ExperimentRun> {
  try {
    await violation?.prepare?.(lab);
    const meanwhile = async (out: string, ended: AbortSignal) => violation?.plant(lab, momentsOf(out, ended));
    return await runExperiment(plan, { cluster, env, meanwhile });
  } finally {
    await lab.mend();
  }
}

function momentsOf(out: string, ended: AbortSignal): Moment {
  const timeline = join(out, 'timeline.ndjson');
  return async (state, afterMs = 0) => {
    while (!(await readFile(timeline, 'utf8').catch(() => '')).includes(`"state":"${state}"`)) {
      if (ended.aborted) throw new Error(`the run ended before its fault was ${state}`);
      await sleep(100);
    }
    await sleep(afterMs, undefined, { signal: ended });
  };
}
