import { setTimeout as wait } from 'node:timers/promises';
import { type Admin, Consumer, type Producer, stringDeserializers } from '@platformatic/kafka';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab/lab.ts';
import type { Reading } from '../../src/probes/contract.ts';
import { kafkaLagProbe } from '../../src/probes/kafka-lag/probe.ts';
import { openProbe, type TestSession } from '../probes/session.ts';
import { type OneBroker, startOneBroker } from './kafka/one-broker.ts';

let broker: OneBroker;
let lab: Lab;
let brokers: string[];
let front: string;
let admin: Admin;
let producer: Producer<string, string, string, string>;
const sessions: TestSession[] = [];
let newTopic: OneBroker['newTopic'];

beforeAll(async () => {
  broker = await startOneBroker('topic', ['toxiproxy']);
  ({ brokers, admin, producer, newTopic, lab } = broker);
  const proxy = { name: 'front', listen: '127.0.0.1:0', upstream: brokers[0], enabled: true };
  front = ((await toxic('POST', '/proxies', proxy)) as { listen: string }).listen;
});
afterAll(() => broker?.[Symbol.asyncDispose]());
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
});

async function produce(topic: string, count: number, partition = 0): Promise<void> {
  const messages = Array.from({ length: count }, (_, n) => ({ topic, partition, key: 'k', value: String(n) }));
  await producer.send({ messages, acks: -1 });
}

async function commit(group: string, topic: string, offset: bigint, partition = 0): Promise<void> {
  const topics = [{ name: topic, partitionOffsets: [{ partition, offset }] }];
  await admin.alterConsumerGroupOffsets({ groupId: group, topics });
}

async function open(config: object, timeoutMs = 3000): Promise<TestSession> {
  const session = await openProbe(kafkaLagProbe, { brokers, ...config }, { timeoutMs });
  sessions.push(session);
  return session;
}

const shape = ({ outcome, reason }: Reading) => ({ outcome, reason });

describe('each state has its own reason', () => {
  test('a group that does not exist', async () => {
    const topic = await newTopic();
    await produce(topic, 3);
    const { sample } = await open({ group: 'nobody', topics: [topic] });

    // A cluster that never had a group makes the topic of commits at the first question.
    await expect.poll(async () => (await sample()).reason).not.toBe('the group has no coordinator at the moment');

    expect(shape(await sample())).toEqual({ outcome: 'unknown', reason: 'group nobody does not exist' });
  });

  test('a group that has joined and committed nothing', async () => {
    const topic = await newTopic();
    await produce(topic, 3);
    const consumer = new Consumer({
      clientId: 'test',
      groupId: 'silent',
      bootstrapBrokers: brokers,
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({ topics: [topic], autocommit: false, mode: 'earliest' });
    const { sample } = await open({ group: 'silent', topics: [topic] });

    const reading = await sample();
    await stream.close();
    await consumer.close(true);

    expect(shape(reading)).toEqual({
      outcome: 'unknown',
      reason: 'group silent has committed nothing on these topics',
    });
  });

  test('a topic that does not exist is said, and not made', async () => {
    const { sample } = await open({ group: 'g', topics: ['no-such-topic'] });

    expect(shape(await sample())).toEqual({ outcome: 'unknown', reason: 'topic no-such-topic does not exist' });
    expect(await admin.listTopics()).not.toContain('no-such-topic');
  });

  test('no traffic: a lag of nothing', async () => {
    const topic = await newTopic();
    await produce(topic, 2);
    await commit('idle', topic, 2n);
    const { sample } = await open({ group: 'idle', topics: [topic] });

    const reading = await sample();

    expect(reading).toMatchObject({
      outcome: 'unknown',
      values: { records: 0, seconds: 0, endOffsetAdvance: 0 },
      reason: 'no traffic since the probe began: a lag of 0 says nothing',
    });
  });

  test('a commit beyond the end', async () => {
    const topic = await newTopic();
    await produce(topic, 2);
    await commit('ahead', topic, 10n);
    const { sample } = await open({ group: 'ahead', topics: [topic] });

    expect(shape(await sample())).toEqual({
      outcome: 'unknown',
      reason: `${topic}-0: the commit lies beyond the end`,
    });
  });

  test('records deleted before they were read', async () => {
    const topic = await newTopic();
    await produce(topic, 10);
    await commit('late', topic, 2n);
    await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 5n }] }] });
    const { sample } = await open({ group: 'late', topics: [topic] });

    expect((await sample()).reason).toBe(`${topic}-0: the commit lies before the start: records were deleted unread`);
  });

  test('a partition with records and without a commit', async () => {
    const topic = await newTopic(2);
    await produce(topic, 2, 0);
    await produce(topic, 2, 1);
    await commit('half', topic, 2n, 0);
    const { sample } = await open({ group: 'half', topics: [topic] });

    const reading = await sample();

    expect(shape(reading)).toEqual({
      outcome: 'unknown',
      reason: `${topic}-1: there are records, but no commit`,
    });
    expect(reading.parts?.map(({ outcome }) => outcome)).toEqual(['good', 'unknown']);
  });

  test('a topic that was made anew', async () => {
    const topic = await newTopic();
    await produce(topic, 5);
    await commit('anew', topic, 5n);
    const { sample } = await open({ group: 'anew', topics: [topic] });
    await sample();

    await admin.deleteTopics({ topics: [topic] });
    await expect.poll(() => admin.listTopics()).not.toContain(topic);
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    await commit('anew', topic, 0n);

    const reasons: (string | undefined)[] = [];
    await expect
      .poll(async () => {
        reasons.push((await sample()).reason);
        return reasons.join();
      })
      .toContain('the end went backwards: records were lost, or the topic was made anew');
  });
});

test('lag in records and seconds, by partition and in all', async () => {
  const topic = await newTopic(2);
  await produce(topic, 4, 0);
  await commit('group', topic, 4n, 0);
  const { sample } = await open({ group: 'group', topics: [topic] });
  await sample();

  await produce(topic, 3, 0);
  await produce(topic, 1, 1);
  const first = await sample();
  await wait(1000);
  const second = await sample();
  await commit('group', topic, 7n, 0);
  await commit('group', topic, 1n, 1);
  const drained = await sample();

  expect(first).toMatchObject({
    outcome: 'good',
    values: { records: 4, maxPartitionRecords: 3, endOffsetAdvance: 4, committedAdvance: 0 },
  });
  expect(first.values['seconds']).toBeLessThan(0.5);
  expect(second.values['seconds']).toBeGreaterThan(0.9);
  expect(second.values['seconds']).toBeLessThan(2);
  expect(second.parts).toMatchObject([
    { labels: { topic, partition: '0' }, values: { records: 3 } },
    { labels: { topic, partition: '1' }, values: { records: 1 } },
  ]);
  expect(drained).toMatchObject({ outcome: 'good', values: { records: 0, seconds: 0, committedAdvance: 4 } });
  expect(second.covers![0]).toBe(first.covers![1]);
});

test('a backlog from before the probe has no known age', async () => {
  const topic = await newTopic();
  await produce(topic, 4);
  await commit('behind', topic, 1n);
  const { sample } = await open({ group: 'behind', topics: [topic] });

  const reading = await sample();

  expect(reading).toMatchObject({ outcome: 'good', values: { records: 3 } });
  expect(reading.values['seconds']).toBeUndefined();
});

test('the probe never shows up as a member of the group', async () => {
  const topic = await newTopic();
  await commit('watched', topic, 0n);
  const { sample } = await open({ group: 'watched', topics: [topic] });
  await sample();

  const group = (await admin.describeGroups({ groups: ['watched'] })).get('watched');

  expect(group?.members.size).toBe(0);
});

describe('brokers that are not there', () => {
  test('the proxy refuses, and lets through again', async () => {
    const topic = await newTopic();
    await produce(topic, 1);
    await commit('g', topic, 0n);
    const { sample } = await open({ brokers: [front], group: 'g', topics: [topic] }, 1000);

    await toxic('POST', '/proxies/front', { enabled: false });
    const down = await sample();
    await toxic('POST', '/proxies/front', { enabled: true });

    expect(shape(down)).toEqual({ outcome: 'unknown', reason: 'broker unreachable: connection refused' });
    await expect.poll(async () => (await sample()).outcome, { timeout: 5000, interval: 50 }).toBe('good');
  });

  test('the broker is silent, and answers again', async () => {
    const topic = await newTopic();
    await produce(topic, 1);
    await commit('g', topic, 0n);
    const { sample } = await open({ brokers: [front], group: 'g', topics: [topic] }, 700);

    await toxic('POST', '/proxies/front/toxics', { name: 'hole', type: 'timeout', attributes: { timeout: 0 } });
    const silent = await sample();
    await toxic('DELETE', '/proxies/front/toxics/hole');

    expect(shape(silent)).toEqual({ outcome: 'unknown', reason: 'the brokers do not answer' });
    await expect.poll(async () => (await sample()).outcome, { timeout: 5000, interval: 50 }).toBe('good');
  });

  test('the broker stops and goes on (paused process)', async () => {
    const topic = await newTopic();
    await produce(topic, 1);
    await commit('g', topic, 0n);
    const { sample } = await open({ group: 'g', topics: [topic] }, 1000);
    expect((await sample()).outcome).toBe('good');
    const pid = (await lab.server('kafka').pid())!;

    process.kill(pid, 'SIGSTOP');
    const stopped = await sample();
    process.kill(pid, 'SIGCONT');

    expect(shape(stopped)).toEqual({ outcome: 'unknown', reason: 'the brokers do not answer' });
    await expect.poll(async () => (await sample()).outcome, { timeout: 10_000, interval: 50 }).toBe('good');
  });
});

async function toxic(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${lab.variables['TOXIPROXY_URL']}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`toxiproxy answered ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
