/**
 * Two monitors of lag beside ours, where somebody has built them: no package has a release that reads today's Kafka. `KMINION` and `BURROW`
 * name the programs, which `go build` makes of their sources. Without them they are left out.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../lab/processes/ports.ts';
import { median } from './child.ts';
import { cpuSecondsOf } from './cpu-seconds.ts';

/** What one of them took to tell the lag of all groups. */
export interface MonitorSweep {
  monitor: string;
  /** Median of one answer to Prometheus. */
  sweepMs: number;
  /** Per answer, with what it does by itself meanwhile. */
  cpuMs: number;
  /** What it told in the end. */
  lag: number;
}

interface Monitor {
  name: string;
  program: string | undefined;
  configFile: string;
  config: (broker: string, port: number) => string;
  start: (configFile: string) => { args: string[]; env: Record<string, string> };
  /** The series whose sum over the groups is the lag. */
  series: string;
}

const SWEEPS = 15;
const READY_WITHIN_MS = 60_000;

const monitors: readonly Monitor[] = [
  {
    name: 'kminion',
    program: process.env['KMINION'],
    configFile: 'kminion.yaml',
    config: (broker, port) => `kafka: {brokers: ["${broker}"]}
minion:
  consumerGroups: {enabled: true, scrapeMode: adminApi, granularity: partition, allowedGroups: ["/lag-bench-.*/"]}
  topics: {enabled: false}
  logDirs: {enabled: false}
exporter: {host: 127.0.0.1, port: ${port}}
logger: {level: error}
`,
    start: (configFile) => ({ args: [], env: { CONFIG_FILEPATH: configFile } }),
    series: 'kminion_kafka_consumer_group_topic_lag',
  },
  {
    name: 'Burrow',
    program: process.env['BURROW'],
    configFile: 'burrow.toml',
    config: (broker, port) => `[client-profile.bench]
client-id="bench"
kafka-version="2.8.0"
[cluster.local]
class-name="kafka"
servers=["${broker}"]
client-profile="bench"
topic-refresh=10
offset-refresh=1
[consumer.local]
class-name="kafka"
cluster="local"
servers=["${broker}"]
client-profile="bench"
group-allowlist="^lag-bench-.*$"
[httpserver.default]
address="127.0.0.1:${port}"
[storage.default]
class-name="inmemory"
min-distance=0
[logging]
level="error"
`,
    start: (configFile) => ({ args: ['--config-dir', join(configFile, '..')], env: {} }),
    series: 'burrow_kafka_consumer_lag_total',
  },
];

/** Each that is there, one after another. */
export async function sweepByMonitors(broker: string, lag: number): Promise<MonitorSweep[]> {
  const sweeps: MonitorSweep[] = [];
  for (const monitor of monitors) if (monitor.program) sweeps.push(await sweepBy(monitor, broker, lag));
  return sweeps;
}

async function sweepBy(monitor: Monitor, broker: string, lag: number): Promise<MonitorSweep> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-monitor-'));
  const [port] = (await freePorts(1)) as [number];
  const configFile = join(folder, monitor.configFile);
  await writeFile(configFile, monitor.config(broker, port));
  const { args, env } = monitor.start(configFile);
  const child = spawn(monitor.program!, args, { cwd: folder, env: { ...process.env, ...env }, stdio: 'ignore' });
  try {
    const look = () => lagTold(`http://127.0.0.1:${port}/metrics`, monitor.series);
    await untilItKnows(look, lag, child);
    return { monitor: monitor.name, ...(await measure(look, child.pid!)) };
  } finally {
    child.kill('SIGKILL');
    await once(child, 'close');
    await rm(folder, { recursive: true, force: true });
  }
}

async function untilItKnows(look: () => Promise<number>, lag: number, child: ChildProcess): Promise<void> {
  for (const end = performance.now() + READY_WITHIN_MS; performance.now() < end; await sleep(500)) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    if ((await look().catch(() => undefined)) === lag) return;
  }
}

async function measure(look: () => Promise<number>, pid: number): Promise<Omit<MonitorSweep, 'monitor'>> {
  const times: number[] = [];
  const before = cpuSecondsOf(pid);
  let lag = 0;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const began = performance.now();
    lag = await look();
    times.push(performance.now() - began);
  }
  return { sweepMs: median(times), cpuMs: ((cpuSecondsOf(pid) - before) * 1000) / SWEEPS, lag };
}

async function lagTold(url: string, series: string): Promise<number> {
  const text = await (await fetch(url)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${series}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
