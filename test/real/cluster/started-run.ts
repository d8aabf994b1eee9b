import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../../lab/cluster/access.ts';
import type { ChaosEvent, Entry } from '../../../src/slo/model/entry.ts';
import { REPOSITORY } from '../../repository/planted-tree.ts';
import { approve } from './experiment-run.ts';

/** A folder with a plan in it, and the runs that are started from it. */
export interface RunFolder extends AsyncDisposable {
  plan: string;
  start(name: string): StartedRun;
  /** Sweeps as the machine of the runs, or as one that has no record of them. */
  sweep(from: 'here' | 'elsewhere'): Promise<{ code: number | null; output: string }>;
}

/** A run as a person starts it. */
export interface StartedRun {
  child: ChildProcess;
  events(): Promise<ChaosEvent[]>;
  /** The wall-clock time of offset 0. */
  startedAt(): Promise<string>;
  /** Resolves once the timeline shows the state. */
  reaches(state: ChaosEvent['state'], withinMs?: number): Promise<ChaosEvent>;
  ended: Promise<{ code: number | null; output: string }>;
}

export interface RunFolderSetting {
  /** How runs know the cluster; an administrator's by default. */
  kubeconfig?: string;
  /** What runs: the sources by default. */
  program?: string;
}

/** Writes the plan and has its namespaces approve of it. */
export async function openRunFolder(
  cluster: Cluster,
  plan: object,
  { kubeconfig = cluster.kubeconfig, program = join(REPOSITORY, 'src/main.ts') }: RunFolderSetting = {},
): Promise<RunFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-runs-'));
  const file = join(folder, 'plan.yaml');
  await writeFile(file, JSON.stringify(plan));
  const env = { KUBECONFIG: kubeconfig };
  await approve(file, { cluster, env });
  const steadfast = (state: string, ...args: string[]) =>
    spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ...env, STEADFAST_STATE: join(folder, state) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    plan: file,
    start: (name) => started(steadfast('state', 'run', file, '--out', join(folder, name)), join(folder, name)),
    sweep: (from) => endOf(steadfast(from === 'here' ? 'state' : 'another-state', 'sweep')),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function started(child: ChildProcess, out: string): StartedRun {
  const ended = endOf(child);
  const entries = async () => {
    const text = await readFile(join(out, 'timeline.ndjson'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Entry);
  };
  const events = async () => (await entries()).filter((entry) => entry.type === 'chaos');
  return {
    child,
    ended,
    events,
    startedAt: async () => (await entries()).find((entry) => entry.type === 'header')!.startedAt,
    async reaches(state, withinMs = 90_000) {
      for (const end = performance.now() + withinMs; ; await sleep(50)) {
        const seen = (await events()).find((event) => event.state === state);
        if (seen) return seen;
        if (performance.now() > end || child.exitCode !== null)
          throw new Error(`never ${state}: ${child.exitCode === null ? '' : (await ended).output}`);
      }
    },
  };
}

function endOf(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
