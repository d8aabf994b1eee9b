import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../lab/getting/command.ts';
import { noProgress } from '../../../lab/getting/progress.ts';
import { claimFolder, labRoot } from '../../../lab/processes/lab-folder.ts';
import { freePorts } from '../../../lab/processes/ports.ts';
import { createResolver } from '../../../lab/resolve.ts';
import { clusterId, quickStart, quietLog, settingsOfASmallCluster } from '../../../lab/servers/kafka.ts';
import { type Server, startServer } from '../../../lab/servers/server.ts';

export interface TwoBrokers {
  /** Of the broker that is the controller too, and of the other one, which may be taken away. */
  addresses: [steady: string, other: string];
  other: Server;
  stop: () => Promise<void>;
}

/** Two real brokers that keep a copy of everything each, and notice within seconds that the other is gone. */
export async function startTwoBrokers(): Promise<TwoBrokers> {
  const resolver = createResolver(noProgress);
  const [java, jars] = await Promise.all([resolver('java'), resolver('kafka')]);
  const lab = await claimFolder(labRoot());
  const [controller, ...ports] = await freePorts(3);
  const run = [...quickStart, ...quietLog, '-cp', join(jars.path, '*')];
  const start = async (id: number): Promise<Server> => {
    const name = `kafka-${id}`;
    const data = lab.data(name);
    await mkdir(data, { recursive: true });
    const properties = join(data, 'server.properties');
    await writeFile(properties, propertiesOf(id, ports[id - 1]!, controller!, join(data, 'logs')));
    const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', properties];
    await runCommand(java.path, [...run, ...format], { timeoutMs: 120_000 });
    return await startServer(lab, {
      name,
      command: [java.path, ...run, 'kafka.Kafka', properties],
      readiness: { kind: 'kafka', broker: `127.0.0.1:${ports[id - 1]}` },
      readyWithinMs: 120_000,
    });
  };
  const servers = await Promise.all([start(1), start(2)]);
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(lab.path, { recursive: true, force: true });
  };
  return { addresses: [`127.0.0.1:${ports[0]}`, `127.0.0.1:${ports[1]}`], other: servers[1]!, stop };
}

function propertiesOf(id: number, port: number, controller: number, logs: string): string {
  const listeners = [`PLAINTEXT://127.0.0.1:${port}`, ...(id === 1 ? [`CONTROLLER://127.0.0.1:${controller}`] : [])];
  const settings: Record<string, unknown> = {
    ...settingsOfASmallCluster,
    'process.roles': id === 1 ? 'broker,controller' : 'broker',
    'node.id': id,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: listeners.join(),
    'advertised.listeners': listeners[0],
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'offsets.topic.replication.factor': 2,
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    'log.dirs': logs,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${String(value)}\n`)
    .join('');
}
