import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kafkaLagProbe } from '../../src/probes/kafka-lag/probe.ts';
import { openProbe } from '../probes/session.ts';
import { type Door, type SecuredBroker, startSecuredBroker } from './kafka/secured-broker.ts';

let broker: SecuredBroker;
const watched = { group: 'watched', topics: ['secured'] };

beforeAll(async () => {
  broker = await startSecuredBroker();
  await writeFile(passwordFile(), 'open sesame\n');
  await writeFile(wrongFile(), 'open barley\n');
  await writeFile(tokenFile(), token(3600));
  await writeFile(expiredFile(), token(-60));
  const options = { clientId: 'test', bootstrapBrokers: [broker.doors.plaintext] };
  const admin = new Admin(options);
  await admin.createTopics({ topics: ['secured'], partitions: 1, replicas: 1 });
  const producer = new Producer({ ...options, serializers: stringSerializers });
  const message = { topic: 'secured', partition: 0, key: 'k', value: 'v' };
  await producer.send({ messages: [message, message, message], acks: -1 });
  const topics = [{ name: 'secured', partitionOffsets: [{ partition: 0, offset: 1n }] }];
  await admin.alterConsumerGroupOffsets({ groupId: 'watched', topics });
  await producer.close();
  await admin.close();
}, 180_000);
afterAll(() => broker?.stop());

const passwordFile = () => join(broker.folder, 'password');
const wrongFile = () => join(broker.folder, 'wrong-password');
const tokenFile = () => join(broker.folder, 'token');
const expiredFile = () => join(broker.folder, 'expired-token');

/** A token without a signature, which a broker takes that was told no other way to check. */
function token(validForSeconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: 'alice', iat: now - 120, exp: now + validForSeconds };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode(claims)}.`;
}

const password = (mechanism: string, file: () => string) => () => ({
  sasl: { mechanism, username: 'alice', passwordFile: file() },
});
const bearer = (file: () => string) => () => ({ sasl: { mechanism: 'OAUTHBEARER', tokenFile: file() } });
const tls = () => ({ tls: { caFile: broker.certificates.caFile } });
const mtls = () => {
  const { caFile, certFile, keyFile } = broker.certificates;
  return { tls: { caFile, certFile, keyFile } };
};

async function look(door: Door, security: object) {
  const config = { brokers: [broker.doors[door]], ...watched, ...security };
  const { sample, close } = await openProbe(kafkaLagProbe, config, { timeoutMs: 5000 });
  try {
    const { outcome, reason, values } = await sample();
    return { outcome, reason, records: values['records'] };
  } finally {
    await close();
  }
}

describe('a broker lets us in', () => {
  test.each<[string, Door, () => object]>([
    ['without anything', 'plaintext', () => ({})],
    ['by SASL PLAIN', 'sasl', password('PLAIN', passwordFile)],
    ['by SCRAM-SHA-256', 'sasl', password('SCRAM-SHA-256', passwordFile)],
    ['by SCRAM-SHA-512', 'sasl', password('SCRAM-SHA-512', passwordFile)],
    ['by OAUTHBEARER', 'sasl', bearer(tokenFile)],
    ['by TLS', 'tls', tls],
    ['by TLS on both sides', 'mtls', mtls],
    ['by SASL PLAIN through TLS', 'sasltls', () => ({ ...password('PLAIN', passwordFile)(), ...tls() })],
    ['by SCRAM-SHA-512 through TLS', 'sasltls', () => ({ ...password('SCRAM-SHA-512', passwordFile)(), ...tls() })],
    ['by OAUTHBEARER through TLS', 'sasltls', () => ({ ...bearer(tokenFile)(), ...tls() })],
  ])('%s', async (_, door, security) => {
    expect(await look(door, security())).toEqual({ outcome: 'good', records: 2 });
  });
});

describe('a broker that does not is told apart', () => {
  const refused = 'the broker does not let us in';
  test.each<[string, Door, () => object, string]>([
    ['a wrong password by PLAIN', 'sasl', password('PLAIN', wrongFile), refused],
    ['a wrong password by SCRAM', 'sasl', password('SCRAM-SHA-256', wrongFile), refused],
    ['a token that has expired', 'sasl', bearer(expiredFile), refused],
    [
      'a server whose certificate is not from our authority',
      'tls',
      () => ({ tls: { caFile: broker.certificates.otherCaFile } }),
      'TLS handshake failed',
    ],
    [
      'a server by another name',
      'tls',
      () => ({ tls: { caFile: broker.certificates.caFile, serverName: 'kafka.example' } }),
      'TLS handshake failed',
    ],
    // By then the handshake is over for the client: the broker closes without a word that the client hands on.
    ['no certificate of ours where one is needed', 'mtls', tls, 'broker unreachable: the connection was closed'],
  ])('%s', async (_, door, security, reason) => {
    expect(await look(door, security())).toEqual({ outcome: 'unknown', reason });
  });
});

test('a password that was changed in its file is used by the next client', async () => {
  const changing = join(broker.folder, 'changing-password');
  await writeFile(changing, 'open barley');
  const config = {
    brokers: [broker.doors.sasl],
    ...watched,
    sasl: { mechanism: 'PLAIN', username: 'alice', passwordFile: changing },
  };
  const { sample, close } = await openProbe(kafkaLagProbe, config, { timeoutMs: 5000 });
  const before = await sample();
  await writeFile(changing, 'open sesame');

  await expect.poll(async () => (await sample()).outcome).toBe('good');
  await close();

  expect(before.outcome).toBe('unknown');
});
