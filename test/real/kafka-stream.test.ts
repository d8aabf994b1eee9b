import { setTimeout as wait } from 'node:timers/promises';
import type { Admin, Producer } from '@platformatic/kafka';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab/lab.ts';
import type { Reading } from '../../src/probes/contract.ts';
import { kafkaStreamProbe } from '../../src/probes/kafka-stream/probe.ts';
import { Account } from '../probes/kafka-stream/account.ts';
import { type Goal, transaction } from '../probes/kafka-stream/transaction.ts';
import { openProbe, type TestSession } from '../probes/session.ts';
import { type OneBroker, startOneBroker } from './kafka/one-broker.ts';

let broker: OneBroker;
let lab: Lab;
let brokers: string[];
let admin: Admin;
let producer: Producer<string, string, string, string>;
const sessions: TestSession[] = [];
let newTopic: OneBroker['newTopic'];

beforeAll(async () => {
  broker = await startOneBroker('stream');
  ({ brokers, admin, producer, newTopic, lab } = broker);
});
afterAll(() => broker?.[Symbol.asyncDispose]());
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
});

async function write(topic: string, goals: Goal[], partition = 0): Promise<void> {
  const messages = goals.map((goal) => ({ topic, partition, key: goal.goal, value: JSON.stringify(goal) }));
  await producer.send({ messages, acks: -1 });
}

async function open(config: object, timeoutMs = 3000): Promise<TestSession> {
  const session = await openProbe(kafkaStreamProbe, { brokers, ...config }, { timeoutMs });
  sessions.push(session);
  return session;
}

const goalChecks = {
  eventType: 'value.type',
  identity: ['value.goal', 'value.number'],
  order: { by: 'value.number' },
  complete: { identity: ['value.goal'], begins: ['STARTED'], ends: ['COMPLETED', 'FAILED'] },
};

const clean = (goal: string): Goal[] => [
  { goal, number: 0, type: 'STARTED' },
  { goal, number: 1, type: 'STEP' },
  { goal, number: 2, type: 'COMPLETED' },
];

const shape = ({ outcome, reason }: Reading) => ({ outcome, reason });

describe('a producer', () => {
  test('that does everything right', async () => {
    const topic = await newTopic(2);
    await write(topic, [...clean('before'), ...clean('before')]);
    const account = new Account(await open({ topics: [topic], ...goalChecks }));
    await expect
      .poll(async () => shape(await account.sample()), { timeout: 30_000 })
      .toEqual({ outcome: 'unknown', reason: 'no record has come yet' });

    await write(topic, clean('a'), 0);
    await write(topic, clean('b'), 1);
    await wait(500);
    const second = await account.sample();
    const drained = performance.now();
    await account.drain(3000);

    expect(performance.now() - drained, 'what was just written is waited for').toBeGreaterThan(900);
    expect(account.finals.flatMap(({ ends }) => ends ?? []).sort()).toEqual([['a'], ['b']]);
    const whole = account.finals.flatMap((final) => final.whole ?? []);
    expect(whole).toHaveLength(1);
    expect(whole[0]!.span[1], 'all of it was read').toBeGreaterThan(second.covers![1]);
    expect(shape(second)).toEqual({ outcome: 'good', reason: undefined });
    expect(second.values['delayMs']).toBeLessThan(2000);
    expect(account.counts).toEqual({
      received: 6,
      unreadable: 0,
      duplicates: 0,
      disordered: 0,
      movedKeys: 0,
      begun: 2,
      ended: 2,
      endedLate: 0,
      endedUnbegun: 0,
      neverEnded: 0,
    });
  });

  test('that misorders, repeats and drops', async () => {
    const topic = await newTopic();
    const account = new Account(await open({ topics: [topic], ...goalChecks }));
    await account.sample();

    const [started, step, completed] = clean('swapped');
    await write(topic, [started!, completed!, step!]);
    await write(topic, [...clean('repeated'), clean('repeated')[1]!]);
    await write(topic, clean('endless').slice(0, 2));
    await write(topic, clean('headless').slice(1));
    await producer.send({ messages: [{ topic, partition: 0, key: 'k', value: 'no JSON' }], acks: -1 });
    await wait(500);
    const reading = await account.sample();
    await account.drain();

    expect(shape(reading)).toEqual({ outcome: 'bad', reason: 'records are out of order' });
    expect(reading.detail).toEqual({
      disordered: [`${topic}-0 at 2`],
      duplicates: [`${topic}-0 at 6`],
      unreadable: [`${topic}-0 at 11`],
    });
    expect(account.counts).toMatchObject({
      received: 12,
      unreadable: 1,
      duplicates: 1,
      disordered: 1,
      begun: 3,
      ended: 2,
      endedUnbegun: 1,
      neverEnded: 1,
    });
    expect(account.finals.at(-1)).toMatchObject({
      reason: 'works began and did not end',
      detail: { neverEnded: ['["endless"]'] },
    });
  });

  test('whose work ends while the drain waits, and other work begins', async () => {
    const topic = await newTopic();
    const account = new Account(await open({ topics: [topic], ...goalChecks }));
    await account.sample();
    await write(topic, clean('slow').slice(0, 2));

    const draining = account.drain(10_000);
    // Long enough for the drain to see what is under way, also on a busy machine.
    await wait(2000);
    // Others go on beginning: they are not waited for, and nobody has lost them.
    await write(topic, clean('next').slice(0, 2));
    await write(topic, clean('slow').slice(2));
    await draining;

    expect(account.counts).toMatchObject({ begun: 2, ended: 1, neverEnded: 0 });
  });

  test.for([
    ['committed', { received: 2, disordered: 0 }],
    ['uncommitted', { received: 4, disordered: 1 }],
  ] as const)('of transactions, read as %s', async ([isolation, expected]) => {
    const topic = await newTopic();
    const account = new Account(await open({ topics: [topic], isolation, order: { by: 'value.number' } }));
    await account.sample();

    await transaction(brokers, topic, clean('a').slice(0, 1), 'commit');
    await transaction(brokers, topic, clean('a').slice(1, 3), 'abort');
    await transaction(brokers, topic, clean('a').slice(1, 2), 'commit');
    await account.drain();

    expect(account.counts).toMatchObject(expected);
  });
});

test('no group is made and nothing is committed', async () => {
  const topic = await newTopic();
  const account = new Account(await open({ topics: [topic] }));
  await write(topic, clean('a'));
  await account.drain();

  expect(account.counts['received']).toBe(3);
  expect([...(await admin.listGroups()).keys()]).toEqual([]);
});

describe('topics', () => {
  test('that do not exist are said, and not made', async () => {
    const account = new Account(await open({ topics: ['no-such-topic'], canary: { topic: 'no-canaries' } }));

    expect(shape(await account.sample())).toEqual({ outcome: 'bad', reason: 'topic no-canaries does not exist' });
    expect(await admin.listTopics()).not.toContain('no-canaries');
  });

  test('that are deleted and made anew are said, and read again', async () => {
    const topic = await newTopic();
    const session = await open({ topics: [topic] });
    const account = new Account(session);
    await write(topic, clean('a'));
    await expect.poll(async () => (await account.sample()).outcome, { timeout: 30_000 }).toBe('good');

    await admin.deleteTopics({ topics: [topic] });
    await expect
      .poll(async () => (await session.sample()).reason, { timeout: 30_000 })
      .toBe(`topic ${topic} does not exist`);
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    await expect
      .poll(async () => (await session.sample()).reason, { timeout: 30_000, interval: 20 })
      .toBe(`topic ${topic} was made anew`);
    await write(topic, clean('b'));

    await expect.poll(async () => (await session.sample()).values['received'], { timeout: 30_000 }).toBe(3);
  });

  test('that grow are read in their new partitions from the first record on', async () => {
    const topic = await newTopic();
    const account = new Account(await open({ topics: [topic] }));
    await account.sample();

    await admin.createPartitions({ topics: [{ name: topic, count: 2, assignments: [{ brokerIds: [1] }] }] });
    await write(topic, clean('a'), 1);

    await expect
      .poll(async () => (await account.sample()).values['received'], { timeout: 40_000, interval: 200 })
      .toBe(3);
  });
});

describe('canaries', () => {
  test('come back with their time', async () => {
    const topic = await newTopic(3);
    const account = new Account(await open({ canary: { topic } }));

    await expect.poll(async () => (await account.sample()).outcome, { timeout: 30_000, interval: 50 }).toBe('good');
    const readings = [await account.sample(), await account.sample(), await account.sample()];
    await account.drain();

    for (const reading of readings) {
      expect(reading.outcome).toBe('good');
      expect(reading.values['latencyMs']).toBeGreaterThan(0);
      expect(reading.values['latencyMs']).toBeLessThan(2000);
    }
    expect(account.counts).toMatchObject({ canaryDuplicates: 0, lost: 0, indeterminate: 0 });
    expect(account.counts['delivered']).toBe(account.counts['sent']);
    expect(account.counts['sent']).toBeGreaterThan(3);
  });

  test('are not confused by what others write to their topic', async () => {
    const topic = await newTopic();
    const [mine, other] = [await open({ canary: { topic } }), await open({ canary: { topic } })];
    const account = new Account(mine);
    await expect.poll(async () => (await account.sample()).outcome, { timeout: 30_000, interval: 50 }).toBe('good');

    await Promise.all([account.sample(), other.sample(), write(topic, clean('a'))]);
    await account.drain();

    expect(account.counts).toMatchObject({ canaryDuplicates: 0, lost: 0, indeterminate: 0 });
    expect(account.counts['delivered']).toBe(account.counts['sent']);
  });

  test('through a broker that stops and goes on: late or unsure, never lost', async () => {
    const [topic, canaries] = [await newTopic(), await newTopic()];
    const config = { topics: [topic], ...goalChecks, canary: { topic: canaries } };
    const account = new Account(await open(config, 1500));
    await write(topic, clean('a').slice(0, 1));
    await expect.poll(async () => (await account.sample()).outcome, { timeout: 30_000, interval: 50 }).toBe('good');
    const pid = (await lab.server('kafka').pid())!;

    process.kill(pid, 'SIGSTOP');
    await wait(200);
    const stopped = await account.sample();
    const stillStopped = await account.sample();
    process.kill(pid, 'SIGCONT');
    await expect.poll(async () => (await account.sample()).outcome, { timeout: 30_000, interval: 50 }).toBe('good');
    await write(topic, clean('a').slice(1));
    await account.drain(5000);

    for (const { outcome, reason } of [stopped, stillStopped]) {
      expect(outcome).toBe('bad');
      expect(reason).toMatch(/^a canary was not acknowledged in time$|^nobody knows whether a canary was written/);
    }
    expect(stillStopped.covers).toBeUndefined();
    expect(account.counts).toMatchObject({
      received: 3,
      ended: 1,
      neverEnded: 0,
      duplicates: 0,
      disordered: 0,
      lost: 0,
    });
    expect(account.counts['sent']).toBe(account.counts['delivered']);
    expect(account.counts['sent']! + account.counts['refused']! + account.counts['indeterminate']!).toBe(
      account.readings.filter(({ reason }) => reason !== 'still connecting for the first time').length,
    );
  });
});
