import { channel } from 'node:diagnostics_channel';
import * as library from '@platformatic/kafka';
import { Admin, Consumer, type ConsumerOptions, type Producer } from '@platformatic/kafka';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Looking } from '../../src/probes/kafka-lag/looking.ts';
import { kafkaLagProbe } from '../../src/probes/kafka-lag/probe.ts';
import { Requests } from '../../src/probes/kafka-lag/requests.ts';
import { openProbe, type TestSession } from '../probes/session.ts';
import { type OneBroker, startOneBroker } from './kafka/one-broker.ts';

let broker: OneBroker;
let brokers: string[];
let admin: Admin;
let producer: Producer<string, string, string, string>;
const opened: { close(): Promise<unknown> }[] = [];
let newTopic: OneBroker['newTopic'];

beforeAll(async () => {
  broker = await startOneBroker('grouped');
  ({ brokers, admin, producer, newTopic } = broker);
});
afterAll(() => broker?.[Symbol.asyncDispose]());
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function produce(topic: string, count: number, key = 'k'): Promise<void> {
  const messages = Array.from({ length: count }, (_, n) => ({ topic, partition: 0, key, value: String(n) }));
  await producer.send({ messages, acks: -1 });
}

async function commit(group: string, topic: string, offset: bigint): Promise<void> {
  const topics = [{ name: topic, partitionOffsets: [{ partition: 0, offset }] }];
  await admin.alterConsumerGroupOffsets({ groupId: group, topics });
}

async function join(
  groupId: string,
  topic: string,
  more: Partial<ConsumerOptions<Buffer, Buffer, Buffer, Buffer>> = {},
) {
  const consumer = new Consumer({ clientId: 'test', groupId, bootstrapBrokers: brokers, ...more });
  const stream = await consumer.consume({
    topics: [topic],
    autocommit: 100,
    mode: 'committed',
    fallbackMode: 'earliest',
  });
  stream.on('data', () => {});
  const close = async () => {
    await stream.close();
    await consumer.close(true);
  };
  opened.push({ close: () => close().catch(() => {}) });
  return close;
}

async function open(config: object): Promise<TestSession> {
  const session = await openProbe(kafkaLagProbe, { brokers, ...config }, { timeoutMs: 5000 });
  opened.push(session);
  return session;
}

describe.each([
  ['classic', {}],
  ['consumer', { groupProtocol: 'consumer' as const }],
])('a group by the %s protocol', (type, protocol) => {
  test('its lag, state, members and rebalances are read', async () => {
    const [topic, group] = [await newTopic(2), `${type}-group`];
    await produce(topic, 3);
    await join(group, topic, protocol);
    const { sample } = await open({ group, topics: [topic] });

    await expect
      .poll(async () => (await sample()).detail, { timeout: 15_000 })
      .toMatchObject({ type, state: 'Stable' });
    await expect
      .poll(async () => produce(topic, 1).then(sample), { timeout: 15_000 })
      .toMatchObject({ outcome: 'good', values: { members: 1 } });
    const leave = await join(group, topic, protocol);
    let rebalances = 0;
    await expect
      .poll(
        async () => {
          const { values } = await sample();
          rebalances += values['rebalances'] ?? 0;
          return values['members'];
        },
        { timeout: 15_000 },
      )
      .toBe(2);
    await leave();

    expect(rebalances).toBeGreaterThanOrEqual(1);
  });

  test('where it has joined and committed nothing, it is not called unknown', async () => {
    const [topic, group] = [await newTopic(), `${type}-silent`];
    const consumer = new Consumer({ clientId: 'test', groupId: group, bootstrapBrokers: brokers, ...protocol });
    const stream = await consumer.consume({ topics: [topic], autocommit: false, mode: 'latest' });
    opened.push(stream, { close: () => consumer.close(true) });
    const { sample } = await open({ group, topics: [topic] });

    await expect
      .poll(async () => (await sample()).reason, { timeout: 15_000 })
      .toBe(`group ${group} has committed nothing on these topics`);
  });

  test('whose members have left is empty, and its lag is still known', async () => {
    const [topic, group] = [await newTopic(), `${type}-left`];
    await produce(topic, 2);
    const leave = await join(group, topic, protocol);
    const { sample } = await open({ group, topics: [topic] });
    await expect.poll(async () => (await sample()).values['records'], { timeout: 15_000 }).toBe(0);
    await leave();
    await produce(topic, 5);

    await expect.poll(sample, { timeout: 15_000 }).toMatchObject({
      outcome: 'good',
      values: { records: 5, members: 0 },
      detail: { type, state: 'Empty' },
    });
  });
});

test('a group that is set back is seen by how far', async () => {
  const topic = await newTopic();
  await produce(topic, 8);
  await commit('set-back', topic, 8n);
  const { sample } = await open({ group: 'set-back', topics: [topic] });
  await sample();
  await produce(topic, 1);
  await commit('set-back', topic, 2n);

  expect(await sample()).toMatchObject({ outcome: 'good', values: { records: 7, committedRewind: 6 } });
});

test('what came after the last sample is counted at the end', async () => {
  const topic = await newTopic();
  await produce(topic, 4);
  await commit('ending', topic, 4n);
  const { sample, session } = await open({ group: 'ending', topics: [topic] });
  const { covers } = await sample();
  await produce(topic, 2);
  await commit('ending', topic, 1n);

  const final = await session.drain!(AbortSignal.timeout(5000));

  expect(final).toMatchObject({
    values: { endOffsetAdvance: 2, committedRewind: 3 },
    covers: [covers![1], expect.any(Number)],
  });
});

test('of a compacted topic the lag is said to be at most that', async () => {
  const topic = await newTopic(1, [{ name: 'cleanup.policy', value: 'compact' }]);
  await produce(topic, 4);
  await commit('compacting', topic, 1n);
  const { sample } = await open({ group: 'compacting', topics: [topic] });

  expect(await sample()).toMatchObject({
    outcome: 'good',
    values: { records: 3 },
    reason: `${topic}: compacted, so that the lag is at most this`,
  });
});

describe('many groups in one probe', () => {
  test('each is a part, and one that is not there hides no other', async () => {
    const [one, other] = [await newTopic(), await newTopic()];
    await produce(one, 3);
    await produce(other, 7);
    await commit('many-a', one, 1n);
    await commit('many-b', other, 2n);
    const groups = [
      'many-a',
      { name: 'many-b', topics: [other] },
      'many-nobody',
      { name: 'many-lost', topics: ['gone'] },
    ];
    const { sample } = await open({ groups, topics: [one] });

    const { outcome, reason, parts } = await sample();

    expect({ outcome, reason }).toEqual({
      outcome: 'unknown',
      reason: 'group many-nobody does not exist (and 1 more groups)',
    });
    expect(parts).toMatchObject([
      { labels: { group: 'many-a' }, outcome: 'good', values: { records: 2, members: 0 } },
      { labels: { group: 'many-b' }, outcome: 'good', values: { records: 5 } },
      { labels: { group: 'many-nobody' }, outcome: 'unknown', reason: 'group many-nobody does not exist' },
      { labels: { group: 'many-lost' }, outcome: 'unknown', reason: 'topic gone does not exist' },
    ]);
  });

  test('lag is summed, and the worst group is named', async () => {
    const topic = await newTopic();
    await produce(topic, 10);
    await commit('sum-a', topic, 9n);
    await commit('sum-b', topic, 4n);
    const { sample } = await open({ groups: ['sum-a', 'sum-b'], topics: [topic] });

    expect(await sample()).toMatchObject({
      outcome: 'good',
      values: { records: 7, maxGroupRecords: 6, maxPartitionRecords: 6 },
      detail: { states: { Empty: 2 } },
    });
  });

  test('fifty take as many requests as one', async () => {
    const topic = await newTopic(3);
    const groups = Array.from({ length: 50 }, (_, n) => `fifty-${n}`);
    for (const group of groups) await commit(group, topic, 0n);
    await produce(topic, 1);
    const [few, many] = [await open({ group: groups[0], topics: [topic] }), await open({ groups, topics: [topic] })];
    await few.sample();
    await many.sample();

    const one = await requestsDuring(async () => expect((await few.sample()).values['records']).toBe(1));
    const all = await requestsDuring(async () => expect((await many.sample()).values['records']).toBe(50));

    expect(all).toEqual(one);
    const [listOffsets, metadata, offsetFetch, findCoordinator, describeGroups] = [2, 3, 9, 10, 15];
    expect(all).toEqual([listOffsets, listOffsets, metadata, offsetFetch, findCoordinator, describeGroups]);
  });
});

test('brokers from before requests for many groups are asked one by one, for the same answer', async () => {
  const topic = await newTopic();
  await produce(topic, 5);
  await commit('old-a', topic, 1n);
  await commit('old-b', topic, 3n);
  const oldest: Record<string, number> = { FindCoordinator: 3, OffsetFetch: 7, DescribeGroups: 5 };
  class OldAdmin extends Admin {
    override async listApis() {
      const apis = await super.listApis();
      const known = apis.filter(({ name }) => name !== 'ConsumerGroupDescribe');
      return known.map((api) => ({ ...api, maxVersion: Math.min(api.maxVersion, oldest[api.name] ?? api.maxVersion) }));
    }
  }
  const watched = ['old-a', 'old-b', 'old-nobody'].map((group) => ({ group, topics: [topic] }));
  const lookThrough = async (used: typeof library) => {
    const requests = new Requests(
      used,
      { clientId: 'test', bootstrapBrokers: brokers, autocreateTopics: false },
      brokers,
    );
    opened.push(requests);
    return await new Looking(watched).look(requests);
  };

  const old = await lookThrough({ ...library, Admin: OldAdmin } as unknown as typeof library);

  expect(old).toEqual(await lookThrough(library));
  expect(old.groups.map(({ committed }) => [...committed.values()])).toEqual([[1], [3], []]);
});

/** Which requests the client sends meanwhile, by their number in Kafka's protocol. */
async function requestsDuring(work: () => Promise<void>): Promise<number[]> {
  const seen: number[] = [];
  const note = (message: unknown) => seen.push((message as { apiKey: number }).apiKey);
  const sent = channel('tracing:plt:kafka:connections:api:start');
  sent.subscribe(note);
  await work().finally(() => sent.unsubscribe(note));
  return seen.toSorted((a, b) => a - b);
}
