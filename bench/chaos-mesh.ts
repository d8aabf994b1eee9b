import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '../lab/cluster/cluster.ts';
import type { ChaosEvent } from '../src/slo/model/entry.ts';
import { openCutStage, partition, planOf } from '../test/real/cluster/cut-stage.ts';
import { openRunFolder, type StartedRun } from '../test/real/cluster/started-run.ts';

/** What running one partition by Chaos Mesh takes, over several runs. */
export interface ChaosMeshCost {
  runs: number;
  /** To the API server, from opening the driver to the end. */
  requests: { median: number; most: number };
  /** From Chaos Mesh's own stamp, which has whole seconds, to `injected` in our timeline. */
  injectedLagSeconds: { p50: number; p95: number };
  peakMegabytes: number;
}

const BUNDLE = join(import.meta.dirname, '../dist/steadfast.js');
const LOOK_EVERY_MS = 50;

export async function benchChaosMesh(runs = 20, program = BUNDLE): Promise<ChaosMeshCost> {
  const cluster = await startCluster();
  await using stage = await openCutStage(cluster);
  const measured: OneRun[] = [];
  for (let run = 0; run < runs; run++) {
    await using folder = await openRunFolder(cluster, planOf(stage, 'bench', partition(stage), 2_000), { program });
    measured.push(await measure(folder.start('run')));
  }
  const requests = measured.map((each) => each.requests).toSorted(byNumber);
  const lags = measured.map((each) => each.lagSeconds).toSorted(byNumber);
  return {
    runs,
    requests: { median: quantile(requests, 0.5), most: requests.at(-1)! },
    injectedLagSeconds: { p50: quantile(lags, 0.5), p95: quantile(lags, 0.95) },
    peakMegabytes: Math.max(...measured.map((each) => each.peakMegabytes)),
  };
}

interface OneRun {
  requests: number;
  lagSeconds: number;
  peakMegabytes: number;
}

async function measure(run: StartedRun): Promise<OneRun> {
  let peakMegabytes = 0;
  let over = false;
  const ended = run.ended.finally(() => {
    over = true;
  });
  for (; !over; await sleep(LOOK_EVERY_MS)) peakMegabytes = Math.max(peakMegabytes, peakOf(run.child.pid!));
  const { code, output } = await ended;
  if (code !== 0) throw new Error(`a run ended with ${code}:\n${output}`);
  const injected = await run.reaches('injected');
  return {
    requests: noted(await run.reaches('recovered'), 'requests'),
    lagSeconds: (Date.parse(await run.startedAt()) + injected.at) / 1000 - noted(injected, 'lastAppliedUnix'),
    peakMegabytes,
  };
}

function noted({ evidence = [] }: ChaosEvent, name: string): number {
  const value = evidence
    .flatMap((each) => (each.of === 'note' ? [each.values?.[name]] : []))
    .find((one) => one !== undefined);
  if (typeof value !== 'number') throw new Error(`the timeline does not tell ${name}`);
  return value;
}

/** What the process itself took at most so far; 0 once it is gone. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]!;
}
