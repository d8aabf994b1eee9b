import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { silentLog } from '../../src/clients/log.ts';
import { systemClock } from '../../src/scheduler/system-clock.ts';
import type { Entry, Sample, VantageBoot } from '../../src/slo/model/entry.ts';
import { sidecarVantage } from '../../src/vantages/sidecar/vantage.ts';
import { openSlowWay } from '../loopback/slow-way.ts';
import { machineMs, stampPlan } from './stamps.ts';

const PROGRAM = new URL('shifted-sidecar.ts', import.meta.url).pathname;

/** How wrong the sidecar's clock is, and how long the ways to it and back take. */
export interface Shift {
  aheadMs: number;
  driftPpm?: number;
  thereMs?: number;
  backMs?: number;
}

/** How far merged times were from the truth, in ms, beside what the recording says of it. */
export interface MergeError {
  samples: number;
  p50: number;
  p95: number;
  greatest: number;
  /** The bounds that were recorded, and whether every error lies inside. */
  bounds: [number, number];
  hold: boolean;
}

/** Merges the samples of a process whose clock is wrong by a known offset, for so long. */
export async function measureMergeError(shift: Shift, forMs: number): Promise<MergeError> {
  const { aheadMs, driftPpm = 0, thereMs = 0, backMs = 0 } = shift;
  const child = spawn(process.execPath, [PROGRAM, String(aheadMs), String(driftPpm)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const way = await openSlowWay(said.toString().trim(), thereMs, backMs);
  try {
    return errorsIn(await recordedFrom(way.address, forMs));
  } finally {
    await way.close();
    child.kill('SIGKILL');
  }
}

interface Recorded {
  entries: Entry[];
  /** The machine's time at the run's offset 0. */
  zeroMs: number;
}

async function recordedFrom(address: string, forMs: number): Promise<Recorded> {
  const clock = systemClock();
  const zeroMs = machineMs() - clock.now();
  const entries: Entry[] = [];
  const reader = await sidecarVantage.open(
    { url: `http://${address}` },
    {
      ...{ vantage: 'gateway', run: 'r', plan: stampPlan.name, digest: stampPlan.digest, probes: stampPlan.probes },
      now: () => clock.now(),
      sleep: (ms, signal) => clock.sleepUntil(clock.now() + ms, signal),
      random: () => 0.5,
      log: silentLog,
      record: (entry) => entries.push(entry),
    },
  );
  const { problems } = await reader.prepare(new AbortController().signal);
  if (problems.length > 0) throw new Error(problems.join());
  reader.start();
  await clock.sleepUntil(clock.now() + forMs);
  await reader.settledBefore(clock.now(), AbortSignal.timeout(5000));
  await reader.close();
  return { entries, zeroMs };
}

/** A sample is stamped between its start and its end: what its clock says lies around that, but for the clock's error. */
function errorsIn({ entries, zeroMs }: Recorded): MergeError {
  const boots = entries.filter((entry): entry is VantageBoot => entry.type === 'vantage');
  const bounds: [number, number] = [
    Math.min(...boots.map((b) => b.clock[0])),
    Math.max(...boots.map((b) => b.clock[1])),
  ];
  const samples = entries.filter((entry): entry is Sample => entry.type === 'sample');
  // The stamp is taken at once after the start.
  const errors = samples.map(({ started, values }) => started - (values['ms']! - zeroMs));
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  const quantile = (q: number) => sizes[Math.floor(q * (sizes.length - 1))] ?? Number.NaN;
  return {
    samples: samples.length,
    ...{ p50: quantile(0.5), p95: quantile(0.95), greatest: quantile(1) },
    bounds,
    hold: samples.every(({ started, ended, values }) => {
      const truth = values['ms']! - zeroMs;
      return started - truth <= bounds[1] && ended - truth >= bounds[0];
    }),
  };
}
