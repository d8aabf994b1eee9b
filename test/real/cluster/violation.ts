import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../../lab/cluster/access.ts';
import type { ChaosEvent } from '../../../src/slo/model/entry.ts';
import { type ExperimentRun, runExperiment } from './experiment-run.ts';

/** A promise that is broken on purpose, and what becomes of it. */
export interface Expected {
  /** As the table of promises calls it. */
  promise: string;
  /** The objective that must fail. */
  objective: string;
  planted: string;
  /** Objectives that may miss with it, since they look at the same, and why. No others may. */
  mayMissToo?: Record<string, string>;
  /** The objective is a warning, which decides nothing. */
  warns?: true;
  /** One of those that are tried unless more are asked for. */
  usual?: true;
}

/** How it is broken while a plan runs. */
export interface Violation<Lab> extends Expected {
  /** Before the run. */
  prepare?(lab: Lab): Promise<void>;
  plant(lab: Lab, until: Moment): Promise<void>;
}

/** Resolves so long after the run's fault got to that state. */
export type Moment = (state: ChaosEvent['state'], afterMs?: number) => Promise<void>;

/** In the recovery, when it must have been over, and when there is time for it to be seen. */
export const LATE_MS = 12_000;

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
