/**
 * Two monitors of lag, where somebody has built them: no package has a release that reads today's Kafka. `KMINION` and `BURROW` name the programs,
 * which `go build` makes of their sources.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../lab/processes/ports.ts';

export interface Monitor {
  name: string;
  /** Undefined where it is not there. */
  program: string | undefined;
  configFile: string;
  config: (broker: string, port: number) => string;
  start: (configFile: string) => { args: string[]; env: Record<string, string> };
  /** The series whose sum over the groups is the lag. */
  series: string;
}

/** One that runs. */
export interface RunningMonitor extends AsyncDisposable {
  url: string;
  child: ChildProcess;
}

export const kminion: Monitor = {
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
};

/** It asks for the ends of partitions as often as it can be told to. */
export const burrow: Monitor = {
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
topic-refresh=5
offset-refresh=1
[consumer.local]
class-name="kafka"
cluster="local"
servers=["${broker}"]
client-profile="bench"
group-allowlist="^lag-bench-.*$"
[httpserver.default]
address="127.0.0.1:${port}"
[logging]
level="error"
`,
  start: (configFile) => ({ args: ['--config-dir', join(configFile, '..')], env: {} }),
  series: 'burrow_kafka_consumer_lag_total',
};

export async function startMonitor(monitor: Monitor, broker: string): Promise<RunningMonitor> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-monitor-'));
  const [port] = (await freePorts(1)) as [number];
  const configFile = join(folder, monitor.configFile);
  await writeFile(configFile, monitor.config(broker, port));
  const { args, env } = monitor.start(configFile);
  const child = spawn(monitor.program!, args, { cwd: folder, env: { ...process.env, ...env }, stdio: 'ignore' });
  return {
    url: `http://127.0.0.1:${port}`,
    child,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'close');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
