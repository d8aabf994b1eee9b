import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { kafkaLagProbe } from '../../src/probes/kafka-lag/probe.ts';
import { openProbe } from '../probes/session.ts';
import { startTwoBrokers, type TwoBrokers } from './kafka/two-brokers.ts';

const PARTITIONS = 4;
const topic = 'led-by-two';
let cluster: TwoBrokers;
/** What was written: each record once, and again where the client did not know that it had been. */
let written = 0;

beforeAll(async () => {
  cluster = await startTwoBrokers();
  const options = { clientId: 'test', bootstrapBrokers: cluster.addresses };
  const admin = new Admin(options);
  const both = async () => expect((await admin.metadata({ topics: [], forceUpdate: true })).brokers.size).toBe(2);
  await vi.waitFor(both, { timeout: 60_000, interval: 200 });
  await admin.createTopics({ topics: [topic], partitions: PARTITIONS, replicas: 2 });
  const numbers = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const producer = new Producer({ ...options, serializers: stringSerializers });
  await producer.send({ messages: numbers.map((partition) => ({ topic, partition, key: 'k', value: 'v' })), acks: -1 });
  const partitionOffsets = numbers.map((partition) => ({ partition, offset: 0n }));
  const commit = () => admin.alterConsumerGroupOffsets({ groupId: 'led', topics: [{ name: topic, partitionOffsets }] });
  await vi.waitFor(commit, { timeout: 60_000, interval: 200 });
  const partitions = numbers.map((partitionIndex) => ({ partitionIndex, timestamp: -1n }));
  const [ends] = await admin.listOffsets({ topics: [{ name: topic, partitions }] });
  written = ends!.partitions.reduce((sum, { offset }) => sum + Number(offset), 0);
  expect(written).toBeGreaterThanOrEqual(PARTITIONS);
  await producer.close();
  await admin.close();
}, 300_000);
afterAll(() => cluster?.stop());

test('a broker that freezes makes the lag unknown, until the other one leads in its place', async () => {
  const [steady, other] = cluster.addresses;
  const config = { brokers: [other, steady], group: 'led', topics: [topic] };
  const { sample, close } = await openProbe(kafkaLagProbe, config, { timeoutMs: 2000 });
  await expect.poll(async () => (await sample()).values['records'], { timeout: 30_000 }).toBe(written);
  const pid = (await cluster.other.pid())!;

  process.kill(pid, 'SIGSTOP');
  try {
    const frozen = await sample();
    expect({ outcome: frozen.outcome, reason: frozen.reason }).toEqual({
      outcome: 'unknown',
      reason: 'the brokers do not answer',
    });
    await expect.poll(sample, { timeout: 60_000 }).toMatchObject({ outcome: 'good', values: { records: written } });
  } finally {
    process.kill(pid, 'SIGCONT');
    await close();
  }
}, 120_000);

test('a broker that is gone leaves what the other one leads known', async () => {
  const config = { brokers: cluster.addresses, group: 'led', topics: [topic] };
  const { sample, close } = await openProbe(kafkaLagProbe, config, { timeoutMs: 2000 });
  await expect.poll(async () => (await sample()).values['records'], { timeout: 60_000 }).toBe(written);

  await cluster.other.stop();

  await expect.poll(sample, { timeout: 60_000 }).toMatchObject({ outcome: 'good', values: { records: written } });
  await close();
}, 120_000);
