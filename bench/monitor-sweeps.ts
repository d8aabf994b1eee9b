import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './child.ts';
import { cpuSecondsOf } from './cpu-seconds.ts';
import { burrow, kminion, type Monitor, type RunningMonitor, startMonitor } from './lag-monitors.ts';

/** What a monitor took to tell the lag of all groups. */
export interface MonitorSweep {
  monitor: string;
  /** Median of one answer to Prometheus. */
  sweepMs: number;
  /** Per answer, with what it does by itself meanwhile. */
  cpuMs: number;
  /** What it told in the end. */
  lag: number;
}

const SWEEPS = 15;
const READY_WITHIN_MS = 60_000;

/** Each that is there, one after another. */
export async function sweepByMonitors(broker: string, lag: number): Promise<MonitorSweep[]> {
  const sweeps: MonitorSweep[] = [];
  for (const monitor of [kminion, burrow]) if (monitor.program) sweeps.push(await sweepBy(monitor, broker, lag));
  return sweeps;
}

async function sweepBy(monitor: Monitor, broker: string, lag: number): Promise<MonitorSweep> {
  await using running = await startMonitor(monitor, broker);
  const look = () => lagTold(`${running.url}/metrics`, monitor.series);
  await untilItKnows(look, lag, running);
  const times: number[] = [];
  const before = cpuSecondsOf(running.child.pid!);
  let told = 0;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const began = performance.now();
    told = await look();
    times.push(performance.now() - began);
  }
  const cpuMs = ((cpuSecondsOf(running.child.pid!) - before) * 1000) / SWEEPS;
  return { monitor: monitor.name, sweepMs: median(times), cpuMs, lag: told };
}

async function untilItKnows(look: () => Promise<number>, lag: number, { child }: RunningMonitor): Promise<void> {
  for (const end = performance.now() + READY_WITHIN_MS; performance.now() < end; await sleep(500)) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    if ((await look().catch(() => undefined)) === lag) return;
  }
}

async function lagTold(url: string, series: string): Promise<number> {
  const text = await (await fetch(url)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${series}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
