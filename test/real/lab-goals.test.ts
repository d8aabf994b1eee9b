import { randomUUID } from 'node:crypto';
import { Admin, Consumer, stringDeserializers } from '@platformatic/kafka';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../lab/getting/command.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { readPidFile, signalProcess } from '../../lab/processes/pid-file.ts';
import { type GoalRunInput, taskQueue, workflowIdOf } from '../../lab/workloads/goals/goal-run.ts';

const goalTopic = 'bytebot.goal.events';
const stepTopic = 'bytebot.step.events';

describe('goal runs on real Temporal and Kafka', () => {
  let lab: Lab;
  let connection: Connection;
  let client: Client;
  beforeAll(async () => {
    lab = await startLab({
      services: ['worker', 'consumer', 'generator', 'toxiproxy'],
      generator: { goalsPerSecond: 0 },
    });
    connection = await Connection.connect({ address: lab.variables['TEMPORAL_ADDRESS']! });
    client = new Client({ connection, namespace: 'bytebot' });
  });
  afterAll(async () => {
    await connection?.close();
    await lab?.stop();
  });

  const startGoal = (input: Omit<GoalRunInput, 'tenantId'>) =>
    client.workflow.start('goalRunWorkflow', {
      taskQueue,
      workflowId: workflowIdOf(input.goalRunId),
      args: [{ tenantId: 'test', ...input }],
      workflowExecutionTimeout: '60s',
    });

  /** Every record under the goal's keys, topic by topic, in the order of its partition. */
  async function recordsOf(goalRunId: string, count: number) {
    const consumer = new Consumer({
      clientId: 'test',
      groupId: `test-${randomUUID()}`,
      bootstrapBrokers: [lab.variables['KAFKA_BROKERS']!],
      deserializers: stringDeserializers,
    });
    const records: { topic: string; key: string; body: Record<string, unknown> }[] = [];
    try {
      const stream = await consumer.consume({ topics: [goalTopic, stepTopic], mode: 'earliest', maxWaitTime: 100 });
      for await (const { topic, key, value } of stream) {
        if (key.startsWith(goalRunId)) records.push({ topic, key, body: JSON.parse(value) });
        if (records.length === count) return records;
      }
    } finally {
      await consumer.close(true);
    }
    return records;
  }

  async function committed(): Promise<bigint> {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [lab.variables['KAFKA_BROKERS']!] });
    try {
      const groups = await admin.listConsumerGroupOffsets({ groups: [lab.variables['CONSUMER_GROUP']!] });
      const partitions = groups.flatMap(({ topics }) => topics.flatMap((topic) => topic.partitions));
      return partitions.reduce((sum, { committedOffset }) => sum + (committedOffset > 0n ? committedOffset : 0n), 0n);
    } finally {
      await admin.close();
    }
  }

  test('a goal run comes to its result, and its events stand in Kafka in order, each under its key', async () => {
    const goalRunId = randomUUID();
    const run = await startGoal({ goalRunId, steps: 2 });
    expect(await run.result()).toEqual({ status: 'COMPLETED', goalRunId, stepsCompleted: 2 });
    const records = await recordsOf(goalRunId, 6);
    const typesUnder = (key: string) =>
      records.filter((record) => record.key === key).map(({ body }) => body['eventType']);
    expect(typesUnder(goalRunId)).toEqual(['GOAL_STARTED', 'GOAL_COMPLETED']);
    expect(typesUnder(`${goalRunId}-1`)).toEqual(['STEP_STARTED', 'STEP_COMPLETED']);
    expect(typesUnder(`${goalRunId}-2`)).toEqual(['STEP_STARTED', 'STEP_COMPLETED']);
    expect(records[0]!.body).toMatchObject({
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      goalRunId,
      tenantId: 'test',
      timestamp: expect.stringMatching(/^\d{4}-/),
      payload: { attempt: 1 },
    });
  });

  test('a failing goal run is "completed" for Temporal: only its result tells', async () => {
    await lab.control('worker', { command: 'fail', on: true });
    const goalRunId = randomUUID();
    const run = await startGoal({ goalRunId, steps: 1 });
    expect(await run.result()).toMatchObject({ status: 'FAILED', goalRunId, error: 'the step fails on command' });
    expect((await run.describe()).status.name).toBe('COMPLETED');
    await lab.control('worker', { command: 'fail', on: false });
    const records = await recordsOf(goalRunId, 4);
    expect(records.map(({ body }) => body['eventType'])).toEqual(
      expect.arrayContaining(['STEP_FAILED', 'GOAL_FAILED']),
    );
  });

  test('on command events are swallowed, come late or twice, and the workflow does not notice', async () => {
    await lab.control('worker', { command: 'swallow', eventType: 'GOAL_COMPLETED' });
    await lab.control('worker', { command: 'repeat', eventType: 'STEP_COMPLETED' });
    await lab.control('worker', { command: 'late', eventType: 'STEP_STARTED', forMs: 2_000 });
    const goalRunId = randomUUID();
    const run = await startGoal({ goalRunId, steps: 1 });
    expect(await run.result()).toMatchObject({ status: 'COMPLETED' });
    const records = await recordsOf(goalRunId, 4);
    const typesUnder = (key: string) =>
      records.filter((record) => record.key === key).map(({ body }) => body['eventType']);
    expect(typesUnder(goalRunId)).toEqual(['GOAL_STARTED']);
    expect(typesUnder(`${goalRunId}-1`)).toEqual(['STEP_COMPLETED', 'STEP_COMPLETED', 'STEP_STARTED']);
    expect(await lab.state('worker')).toMatchObject({ mishapsWaiting: 0 });
  });

  test('on command capability probes are held, and goal runs are not', async () => {
    await lab.control('worker', { command: 'holdProbes', forMs: 2_000 });
    const began = performance.now();
    const probe = await startGoal({ goalRunId: `probe-${randomUUID()}`, mode: 'CAPABILITY_PROBE', autoResolve: true });
    const goal = await startGoal({ goalRunId: randomUUID(), steps: 1 });
    const probeTook = probe.result().then(() => performance.now() - began);
    expect(await goal.result()).toMatchObject({ status: 'COMPLETED' });
    expect(await probeTook).toBeGreaterThan(2_000);
    expect(await lab.control('worker', { command: 'sound' })).toMatchObject({ probeHoldMs: 0, failing: false });
  });

  test('a capability probe waits for its update, touches nothing, and completes', async () => {
    const goalRunId = `probe-${randomUUID()}`;
    const run = await startGoal({ goalRunId, mode: 'CAPABILITY_PROBE' });
    expect(await run.executeUpdate('userPromptResolved')).toBe(true);
    expect(await run.result()).toMatchObject({ status: 'COMPLETED', goalRunId });
    const { events } = await run.fetchHistory();
    expect(events?.some((event) => event.activityTaskScheduledEventAttributes != null)).toBe(false);
  });

  test('a capability probe takes a signal too, and can resolve itself', async () => {
    const signalled = await startGoal({ goalRunId: `probe-${randomUUID()}`, mode: 'CAPABILITY_PROBE' });
    await signalled.signal('userPromptResolved');
    expect(await signalled.result()).toMatchObject({ status: 'COMPLETED' });
    const alone = await startGoal({ goalRunId: `probe-${randomUUID()}`, mode: 'CAPABILITY_PROBE', autoResolve: true });
    expect(await alone.result()).toMatchObject({ status: 'COMPLETED' });
  });

  test('the group’s committed offsets advance, stand while it is paused, and catch up after', async () => {
    await lab.control('generator', { command: 'records', perSecond: 50 });
    const first = await committed();
    await expect.poll(committed, { timeout: 10_000 }).toBeGreaterThan(first + 20n);
    await lab.control('consumer', { command: 'pause' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    const paused = await committed();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await committed()).toBe(paused);
    await lab.control('consumer', { command: 'resume' });
    await expect.poll(committed, { timeout: 10_000 }).toBeGreaterThan(paused + 20n);
    await lab.control('generator', { command: 'records', perSecond: 0 });
  });

  test('a worker killed with -9 in the middle of a step comes back, and the run still completes', async () => {
    await lab.control('worker', { command: 'slow', stepMs: 1_500 });
    const goalRunId = randomUUID();
    const run = await startGoal({ goalRunId, steps: 1 });
    await new Promise((resolve) => setTimeout(resolve, 700));
    signalProcess((await readPidFile(lab.variables['WORKER_PID_FILE']!))!, 'SIGKILL');
    const began = performance.now();
    await runCommand(lab.variables['LAB_NODE']!, [lab.variables['LAB_LAUNCH']!, lab.variables['WORKER_SPEC']!]);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await run.result()).toMatchObject({ status: 'COMPLETED' });
  });

  test('the generator starts goal runs and counts how they ended', async () => {
    await lab.control('generator', { command: 'goals', perSecond: 5 });
    const completed = async () =>
      ((await lab.state('generator')) as { totals: Record<string, number> }).totals['completed'] ?? 0;
    await expect.poll(completed, { timeout: 20_000 }).toBeGreaterThan(5);
    await lab.control('generator', { command: 'goals', perSecond: 0 });
  });
});
