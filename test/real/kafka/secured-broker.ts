import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../lab/getting/command.ts';
import { noProgress } from '../../../lab/getting/progress.ts';
import { claimFolder, labRoot } from '../../../lab/processes/lab-folder.ts';
import { freePorts } from '../../../lab/processes/ports.ts';
import { createResolver } from '../../../lab/resolve.ts';
import { clusterId, quickStart, quietLog, settingsOfASmallCluster } from '../../../lab/servers/kafka.ts';
import { startServer } from '../../../lab/servers/server.ts';
import { type Certificates, makeCertificates } from './certificates.ts';

export type Door = 'plaintext' | 'sasl' | 'tls' | 'mtls' | 'sasltls';

export interface SecuredBroker {
  certificates: Certificates;
  /** Address of each way in. */
  doors: Record<Door, string>;
  folder: string;
  stop: () => Promise<void>;
}

const PROTOCOLS: Record<Door | 'controller', string> = {
  plaintext: 'PLAINTEXT',
  sasl: 'SASL_PLAINTEXT',
  tls: 'SSL',
  mtls: 'SSL',
  sasltls: 'SASL_SSL',
  controller: 'PLAINTEXT',
};
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'];
const MODULES: Record<string, string> = {
  plain: 'plain.PlainLoginModule required user_alice="open sesame"',
  'scram-sha-256': 'scram.ScramLoginModule required',
  'scram-sha-512': 'scram.ScramLoginModule required',
  oauthbearer: 'oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker"',
};

/** A real broker with one listener of each kind. Whoever is `alice` and says `open sesame` is let in. */
export async function startSecuredBroker(): Promise<SecuredBroker> {
  const resolver = createResolver(noProgress);
  const [java, jars, openssl] = await Promise.all([resolver('java'), resolver('kafka'), resolver('openssl')]);
  const lab = await claimFolder(labRoot());
  const data = lab.data('kafka');
  await mkdir(data, { recursive: true });
  const certificates = await makeCertificates(data, openssl.path);
  const names = Object.keys(PROTOCOLS) as (Door | 'controller')[];
  const ports = await freePorts(names.length);
  const at = Object.fromEntries(names.map((name, index) => [name, `127.0.0.1:${ports[index]}`])) as Record<
    Door,
    string
  >;
  const properties = join(data, 'server.properties');
  await writeFile(properties, propertiesOf(at, certificates, join(data, 'logs')));
  const run = [...quickStart, ...quietLog, '-cp', join(jars.path, '*')];
  const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((kind) => [
    '--add-scram',
    `${kind}=[name=alice,password="open sesame"]`,
  ]);
  const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', properties, ...users];
  await runCommand(java.path, [...run, ...format], { timeoutMs: 120_000 });
  const server = await startServer(lab, {
    name: 'kafka',
    command: [java.path, ...run, 'kafka.Kafka', properties],
    readiness: { kind: 'kafka', broker: at.plaintext },
    readyWithinMs: 120_000,
  });
  const stop = async () => {
    await server.stop();
    await rm(lab.path, { recursive: true, force: true });
  };
  return { certificates, doors: at, folder: data, stop };
}

function propertiesOf(at: Record<string, string>, { caFile, serverFile }: Certificates, logs: string): string {
  const listeners = Object.entries(at).map(([name, address]) => `${name.toUpperCase()}://${address}`);
  const settings: Record<string, unknown> = {
    ...settingsOfASmallCluster,
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${at['controller']}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: listeners.join(),
    'advertised.listeners': listeners.filter((listener) => !listener.startsWith('CONTROLLER')).join(),
    'listener.security.protocol.map': Object.entries(PROTOCOLS)
      .map(([name, protocol]) => `${name.toUpperCase()}:${protocol}`)
      .join(),
    'log.dirs': logs,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': serverFile,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile,
    'listener.name.mtls.ssl.client.auth': 'required',
    ...saslSettings('sasl'),
    ...saslSettings('sasltls'),
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${String(value)}\n`)
    .join('');
}

function saslSettings(door: Door): Record<string, string> {
  const modules = Object.entries(MODULES).map(([mechanism, module]) => [
    `listener.name.${door}.${mechanism}.sasl.jaas.config`,
    `org.apache.kafka.common.security.${module};`,
  ]);
  return { [`listener.name.${door}.sasl.enabled.mechanisms`]: MECHANISMS.join(), ...Object.fromEntries(modules) };
}
