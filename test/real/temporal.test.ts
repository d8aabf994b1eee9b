import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { ProbeSession, Reading } from '../../src/probes/contract.ts';
import { temporalWorkflowProbe } from '../../src/probes/temporal-workflow/probe.ts';
import { openProbe, type TestSession } from '../probes/session.ts';

let lab: Lab;
let front: string;
const sessions: TestSession[] = [];

beforeAll(async () => {
  lab = await startLab({ services: ['temporal', 'worker', 'toxiproxy'] });
  const proxy = { name: 'front', listen: '127.0.0.1:0', upstream: lab.variables['TEMPORAL_ADDRESS'], enabled: true };
  front = ((await toxic('POST', '/proxies', proxy)) as { listen: string }).listen;
});
afterAll(() => lab?.stop());
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
});

const capability = (more: object = {}) => ({ goalRunId: '$ID', tenantId: 't', mode: 'CAPABILITY_PROBE', ...more });

async function open(config: object = {}, timeoutMs = 5000): Promise<TestSession> {
  const full = {
    address: lab.variables['TEMPORAL_ADDRESS'],
    namespace: 'bytebot',
    taskQueue: 'bytebot-goal-runs',
    workflowType: 'goalRunWorkflow',
    args: [capability({ autoResolve: true })],
    expect: { status: 'COMPLETED' },
    ...config,
  };
  const session = await openProbe(temporalWorkflowProbe, full, { timeoutMs });
  sessions.push(session);
  return session;
}

async function openCanaries(): Promise<string[]> {
  const connection = await Connection.connect({ address: lab.variables['TEMPORAL_ADDRESS']! });
  const client = new Client({ connection, namespace: 'bytebot' });
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: 'ExecutionStatus="Running"' }))
    if (workflowId.startsWith('steadfast-')) ids.push(workflowId);
  await connection.close();
  return ids;
}

async function finalOf(session: ProbeSession, limitMs: number): Promise<Record<string, number>> {
  const finals = await session.drain!(AbortSignal.timeout(limitMs));
  return Object.assign({}, ...[finals ?? []].flat().map(({ values }) => values));
}

const shape = ({ outcome, reason }: Reading) => ({ outcome, reason });

describe('a worker that works', () => {
  test('the result is good, with its times', async () => {
    const { sample } = await open();

    const reading = await sample();

    expect(reading).toMatchObject({ outcome: 'good', values: { started: 1, completed: 1 } });
    expect(reading.values['completionMs']).toBeGreaterThan(reading.values['startMs']!);
    expect(reading.values['scheduleToStartMs']).toBeGreaterThanOrEqual(0);
  });

  test.for(['update', 'signal'])('a canary that waits for an %s is nudged', async (kind) => {
    const { sample } = await open({ args: [capability()], nudge: { kind, name: 'userPromptResolved' } });

    expect(shape(await sample())).toEqual({ outcome: 'good', reason: undefined });
  });

  test('covers join without a hole, and starts add up', async () => {
    const { sample } = await open();

    const readings = await Promise.all([sample(), sample(), sample()]);
    readings.push(await sample());

    const covers = readings.map((reading) => reading.covers!).sort((a, b) => a[0] - b[0]);
    for (const [index, [from]] of covers.slice(1).entries()) expect(from).toBe(covers[index]![1]);
    expect(readings.reduce((sum, { values }) => sum + values['started']!, 0)).toBe(4);
  });

  test('a workflow that returns a failure is bad, though Temporal calls it completed', async () => {
    await lab.control('worker', { command: 'fail', on: true });
    const { sample, session } = await open({ args: [{ goalRunId: '$ID', tenantId: 't', steps: 1 }] }, 20_000);

    const reading = await sample();
    await lab.control('worker', { command: 'fail', on: false });

    expect(shape(reading)).toEqual({
      outcome: 'bad',
      reason: 'result differs: status is "FAILED", expected "COMPLETED"',
    });
    expect(reading.values['completionMs']).toBeUndefined();
    expect(await finalOf(session, 2000)).toMatchObject({ completedLate: 0, neverCompleted: 1 });
  });
});

describe('each trouble has its own reason', () => {
  test('the namespace does not exist', async () => {
    const { sample } = await open({ namespace: 'nobody' });

    expect(shape(await sample())).toEqual({ outcome: 'bad', reason: 'the namespace does not exist' });
  });

  test('no worker polls the task queue', async () => {
    const { sample } = await open({ taskQueue: 'nobody-here' }, 2000);

    expect(shape(await sample())).toEqual({ outcome: 'bad', reason: 'no worker polls task queue nobody-here' });
  });

  test('the worker does not know the workflow type', async () => {
    const { sample } = await open({ workflowType: 'noSuchWorkflow' }, 3000);

    const { outcome, reason } = await sample();

    expect(outcome).toBe('bad');
    expect(reason).toMatch(/^workflow task failed: .*noSuchWorkflow/);
  });

  test('the workflow waits for ever', async () => {
    const { sample, session } = await open({ args: [capability()] }, 2000);

    expect(shape(await sample())).toEqual({ outcome: 'bad', reason: 'no result within 2s' });
    expect(await finalOf(session, 700)).toMatchObject({ neverCompleted: 1 });
  });

  test('the workflow runs out of its execution timeout', async () => {
    const { sample } = await open({ args: [capability()], executionTimeout: '1s' });

    expect(shape(await sample())).toEqual({
      outcome: 'bad',
      reason: 'workflow ran out of its execution timeout',
    });
  });
});

test('a canary that completes after its slot is counted late, not lost', async () => {
  await lab.control('worker', { command: 'slow', stepMs: 3000 });
  const { sample, session } = await open({ args: [{ goalRunId: '$ID', tenantId: 't', steps: 1 }] }, 1500);

  const reading = await sample();
  await lab.control('worker', { command: 'slow', stepMs: 20 });
  const final = await finalOf(session, 15_000);

  expect(reading).toMatchObject({ outcome: 'bad', reason: 'no result within 1.5s' });
  expect(final).toMatchObject({ completedLate: 1, neverCompleted: 0 });
});

test('what never completed is counted from the first canary on, and the time before it is accounted for', async () => {
  const { sample, session, context } = await open({ args: [capability()] }, 1000);
  await wait(50);
  const begun = context.now();
  await sample();

  const finals = [(await session.drain!(AbortSignal.timeout(700))) ?? []].flat();

  const books = finals.filter(({ values }) => values['neverCompleted'] !== undefined);
  expect(books.map(({ values }) => values['neverCompleted'])).toEqual([0, 1]);
  expect(books[0]!.covers[1]).toBe(books[1]!.covers[0]);
  expect(books[1]!.covers[0]).toBeGreaterThanOrEqual(begun);
});

test('no canary is left running', async () => {
  const { sample, close } = await open({ args: [capability()] }, 1000);
  await sample();
  await expect.poll(openCanaries, { timeout: 5000 }).not.toEqual([]);

  await close();

  await expect.poll(openCanaries, { timeout: 5000 }).toEqual([]);
});

test('the worker is killed and started again', async () => {
  const { sample } = await open({}, 1500);
  const worker = lab.server('worker');
  process.kill((await worker.pid())!, 'SIGKILL');

  const dead = await sample();
  expect(dead.outcome).toBe('bad');
  expect(dead.reason).toMatch(/^(no worker took|a worker took its first task and did not)/);

  spawnSync(process.execPath, ['lab/launch.ts', worker.specFile], { stdio: 'inherit' });
  await expect.poll(async () => (await sample()).outcome, { timeout: 20_000, interval: 200 }).toBe('good');
});

test('the server goes silent and comes back: the probe recovers by itself, within seconds', async () => {
  const { sample, session } = await open({ address: front }, 1000);
  expect((await sample()).outcome).toBe('good');

  await toxic('POST', '/proxies/front/toxics', { name: 'hole', type: 'timeout', attributes: { timeout: 0 } });
  const silent: Reading[] = [];
  for (const until = performance.now() + 5000; performance.now() < until; ) silent.push(await sample());
  await toxic('DELETE', '/proxies/front/toxics/hole');
  const healed = performance.now();
  await expect.poll(async () => (await sample()).outcome, { timeout: 10_000, interval: 50 }).toBe('good');
  const recoveryMs = performance.now() - healed;

  expect(new Set(silent.map(({ reason }) => reason))).toEqual(new Set(['the server does not answer']));
  expect(recoveryMs).toBeLessThan(2500);
  expect(await finalOf(session, 5000)).toMatchObject({ neverCompleted: 0 });
});

test('the server is down and comes back', async () => {
  const { sample } = await open({ address: front }, 1000);
  expect((await sample()).outcome).toBe('good');

  await toxic('POST', '/proxies/front', { enabled: false });
  await wait(200);
  const down = await sample();
  await toxic('POST', '/proxies/front', { enabled: true });
  const healed = performance.now();
  await expect.poll(async () => (await sample()).outcome, { timeout: 10_000, interval: 50 }).toBe('good');

  expect(shape(down)).toEqual({ outcome: 'bad', reason: 'server unreachable: connection refused' });
  expect(performance.now() - healed).toBeLessThan(2000);
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
