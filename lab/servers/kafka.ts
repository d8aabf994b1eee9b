import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../getting/command.ts';
import type { LabFolder } from '../processes/lab-folder.ts';
import { type Server, startServer } from './server.ts';

export interface KafkaListener {
  name: string;
  port: number;
  /** What clients of this listener are told to connect to: the proxy in front of it, if there is one. */
  advertisedPort: number;
}

export interface KafkaOptions {
  java: string;
  /** Folder of the jars. */
  jars: string;
  /** The first one is the broker's own. */
  listeners: readonly [KafkaListener, ...KafkaListener[]];
  controllerPort: number;
}

export const clusterId = 'c3RlYWRmYXN0LWxhYi0wMA';
export const quickStart = ['-Xms64m', '-Xmx320m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
export const quietLog = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'];

/** Starts one KRaft node that is broker and controller. */
export async function startKafka(folder: LabFolder, options: KafkaOptions): Promise<Server> {
  const data = folder.data('kafka');
  await mkdir(data, { recursive: true });
  const properties = join(data, 'server.properties');
  await writeFile(properties, propertiesOf(options, join(data, 'logs')));
  const java = [options.java, ...quickStart, ...quietLog, '-cp', join(options.jars, '*')];
  if (!existsSync(join(data, 'logs', 'meta.properties'))) await format(java, properties);
  return await startServer(folder, {
    name: 'kafka',
    command: [...java, 'kafka.Kafka', properties],
    readiness: { kind: 'kafka', broker: `127.0.0.1:${options.listeners[0].port}` },
    readyWithinMs: 60_000,
  });
}

async function format(java: readonly string[], properties: string): Promise<void> {
  const tool = ['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', properties];
  await runCommand(java[0]!, [...java.slice(1), ...tool], { timeoutMs: 60_000 });
}

function propertiesOf(options: KafkaOptions, logs: string): string {
  const { listeners, controllerPort } = options;
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': listeners[0].name,
    listeners: [
      ...listeners.map(({ name, port }) => `${name}://127.0.0.1:${port}`),
      `CONTROLLER://127.0.0.1:${controllerPort}`,
    ].join(','),
    'advertised.listeners': listeners.map((each) => `${each.name}://127.0.0.1:${each.advertisedPort}`).join(','),
    'listener.security.protocol.map': [...listeners.map(({ name }) => name), 'CONTROLLER']
      .map((name) => `${name}:PLAINTEXT`)
      .join(','),
    'log.dirs': logs,
    ...settingsOfASmallCluster,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

export const settingsOfASmallCluster = {
  'auto.create.topics.enable': false,
  'offsets.topic.num.partitions': 1,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 1_000,
  'log.index.size.max.bytes': 1_048_576,
  'num.network.threads': 2,
  'num.io.threads': 2,
  'log.cleaner.dedupe.buffer.size': 2_097_152,
  'metadata.log.segment.bytes': 16_777_216,
};
