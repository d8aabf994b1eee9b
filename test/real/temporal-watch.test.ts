import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { FinalReading, Reading } from '../../src/probes/contract.ts';
import { temporalWorkflowProbe } from '../../src/probes/temporal-workflow/probe.ts';
import { problemOfFinal, problemOfReading } from '../../src/scheduler/reading-check.ts';
import type { Life } from '../../src/slo/model/entry.ts';
import { openProbe, type TestSession } from '../probes/session.ts';
import { WatchedApplication } from './watched.ts';

let lab: Lab;
let application: WatchedApplication;
const sessions: TestSession[] = [];

beforeAll(async () => {
  lab = await startLab({ services: ['temporal', 'toxiproxy'] });
  application = await WatchedApplication.on(lab.variables['TEMPORAL_ADDRESS']!, 'watched');
  await application.worker('first');
});
afterAll(async () => {
  await application?.close();
  await lab?.stop();
});
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
});

async function watch(config: object = {}, timeoutMs = 5000): Promise<TestSession> {
  const session = await openProbe(temporalWorkflowProbe, application.config(config), { timeoutMs });
  sessions.push(session);
  return session;
}

/** Samples until what ended is known. */
async function untilEnded(watching: TestSession, ended: number): Promise<Reading[]> {
  const readings: Reading[] = [];
  const count = () => readings.reduce((sum, { values }) => sum + (values['ended'] ?? 0), 0);
  for (const until = performance.now() + 20_000; count() < ended && performance.now() < until; await wait(200))
    readings.push(await watching.sample());
  for (const reading of readings) expect(problemOfReading(reading, temporalWorkflowProbe.values)).toBeUndefined();
  return readings;
}

function total(readings: readonly { values: Record<string, number> }[], value: string): number {
  return readings.reduce((sum, { values }) => sum + (values[value] ?? 0), 0);
}

async function drained({ session }: TestSession, limitMs: number): Promise<FinalReading[]> {
  const finals = [(await session.drain!(AbortSignal.timeout(limitMs))) ?? []].flat();
  for (const final of finals) expect(problemOfFinal(final, temporalWorkflowProbe.values)).toBeUndefined();
  return finals;
}

const livesOf = (finals: readonly FinalReading[]) => finals.flatMap(({ lives }) => lives ?? []);
const lifeOf = (lives: readonly Life[], id: string) => lives.find((life) => life.id.startsWith(`${id}/`));

describe('each way to end is told apart', () => {
  test('completed, failed by its result, failed, terminated, cancelled, out of time, still running', async () => {
    const watching = await watch();
    const { client, taskQueue } = application;
    const [good, returned, threw] = [
      await application.start({ status: 'COMPLETED' }),
      await application.start({ status: 'FAILED' }),
      await application.start({}),
    ];
    const [terminated, cancelled, running] = [
      await application.start({ legMs: 60_000, status: 'COMPLETED' }),
      await application.start({ legMs: 60_000, status: 'COMPLETED' }),
      await application.start({ legMs: 60_000, status: 'COMPLETED' }),
    ];
    await client.workflow.start('relay', {
      ...{ taskQueue, workflowId: 'hasty', args: [{ legMs: 60_000 }], workflowExecutionTimeout: '1s' },
    });
    await client.workflow.getHandle(terminated).terminate();
    await client.workflow.getHandle(cancelled).cancel();

    const readings = await untilEnded(watching, 6);
    const finals = await drained(watching, 1500);
    await client.workflow.getHandle(running).terminate();

    const counts = ['started', 'completed', 'failed', 'terminated', 'cancelled', 'timedOut'];
    expect(counts.map((name) => [name, total(readings, name)])).toEqual([
      ['started', 7],
      ['completed', 1],
      ['failed', 2],
      ['terminated', 1],
      ['cancelled', 1],
      ['timedOut', 1],
    ]);
    expect(total(finals, 'stillRunning')).toBe(1);
    const lives = livesOf(finals);
    expect(lifeOf(lives, good)).toMatchObject({ outcome: 'good' });
    const reasons = [returned, threw, terminated, cancelled, 'hasty', running].map((id) => lifeOf(lives, id)?.reason);
    expect(reasons).toEqual([
      'result differs: status is "FAILED", expected "COMPLETED"',
      'workflow failed: disk full',
      'workflow was terminated',
      'workflow was cancelled',
      'workflow ran out of its execution timeout',
      'the workflow still runs',
    ]);
    expect(readings.filter(({ outcome }) => outcome === 'bad').length).toBeGreaterThan(0);
  });

  test('covers join without a hole, and each is counted once', async () => {
    const watching = await watch();
    for (let count = 0; count < 5; count++) await application.start({ status: 'COMPLETED', legMs: 100 * count });

    const readings = await untilEnded(watching, 5);
    const finals = await drained(watching, 3000);

    const covers = [...readings, finals[0]!].map((reading) => reading.covers!);
    for (const [index, [from]] of covers.slice(1).entries()) expect(from).toBe(covers[index]![1]);
    expect(['started', 'ended', 'completed'].map((name) => total([...readings, finals[0]!], name))).toEqual([5, 5, 5]);
  });

  test('canaries, other types and other queues are not watched', async () => {
    const watching = await watch({ watch: { query: "WorkflowId != 'left-out'" } });
    await application.start({ status: 'FAILED' }, 'steadfast-canary');
    await application.start({ status: 'FAILED' }, 'left-out');
    await application.client.workflow.start('relay', { taskQueue: 'elsewhere', workflowId: 'elsewhere' });
    await application.start({ status: 'COMPLETED' }, 'watched-for-certain');

    const readings = await untilEnded(watching, 1);

    expect(livesOf(await drained(watching, 2000)).map(({ id }) => id.split('/')[0])).toEqual(['watched-for-certain']);
    expect(readings.at(-1)).toMatchObject({ outcome: 'good', values: { running: 0 } });
    await application.client.workflow.getHandle('elsewhere').terminate();
  });
});

describe('what is in flight', () => {
  test('is followed by id through each time that it continues as new, and is one workflow', async () => {
    const id = await application.start({ legs: 4, legMs: 400, status: 'COMPLETED' });
    const watching = await watch();
    const begun = watching.context.now();
    expect(await watching.sample()).toMatchObject({ outcome: 'good', values: { running: 1, started: 0 } });
    await wait(1000);
    await watching.sample();

    const finals = await drained(watching, 40_000);

    const lives = livesOf(finals);
    expect(lives).toHaveLength(1);
    expect(lifeOf(lives, id)).toMatchObject({ outcome: 'good' });
    expect(lives[0]!.seen[0]).toBeGreaterThanOrEqual(begun);
    expect(lives[0]!.seen[1] - lives[0]!.seen[0], 'seen through several runs').toBeGreaterThan(900);
    expect(lives[0]!.within[1]).toBeGreaterThan(lives[0]!.seen[1]);
    expect(total(finals, 'ended')).toBe(1);
  });

  test('is told again by the next drain where it still runs', async () => {
    const id = await application.start({ legMs: 2500, status: 'COMPLETED' });
    const watching = await watch();
    await watching.sample();
    const first = livesOf(await drained(watching, 700));
    const second = livesOf(await drained(watching, 40_000));

    expect([lifeOf(first, id)?.outcome, lifeOf(second, id)?.outcome]).toEqual(['bad', 'good']);
  });

  test('goes on at another worker when its own is killed, and its attempts are told', async () => {
    const doomed = await WatchedApplication.on(lab.variables['TEMPORAL_ADDRESS']!, 'doomed');
    const worker = await doomed.worker('doomed-1');
    const watching = await openProbe(temporalWorkflowProbe, doomed.config(), { timeoutMs: 5000 });
    sessions.push(watching);
    const id = await doomed.start({ steps: 15, status: 'COMPLETED' });
    await expect.poll(async () => (await watching.sample()).values['running']).toBe(1);
    await wait(500);

    worker.kill('SIGKILL');
    await once(worker, 'exit');
    await doomed.worker('doomed-2');
    const retried = await expect
      .poll(async () => (await watching.sample()).values['attempts'], { timeout: 15_000, interval: 100 })
      .toBeGreaterThan(1)
      .then(() => true);
    const finals = await drained(watching, 80_000);
    await doomed.close();

    expect(retried).toBe(true);
    expect(lifeOf(livesOf(finals), id)).toMatchObject({ outcome: 'good' });
    expect(total(finals, 'moved')).toBe(1);
    const stories = finals.flatMap(({ detail }) => (detail as { workflows?: object[] } | undefined)?.workflows ?? []);
    expect(stories).toMatchObject([
      {
        ...{ workflow: id, workers: ['doomed-1', 'doomed-2'], attempts: 2 },
        tries: expect.arrayContaining([expect.objectContaining({ activity: 'step', attempt: 2, worker: 'doomed-2' })]),
      },
    ]);
  });

  test('why an attempt failed is told', async () => {
    const watching = await watch();
    const id = await application.start({ steps: 1, failures: 2, status: 'COMPLETED' });
    await untilEnded(watching, 1);

    const finals = await drained(watching, 5000);

    const stories = finals.flatMap(({ detail }) => (detail as { workflows?: object[] } | undefined)?.workflows ?? []);
    expect(stories).toMatchObject([{ workflow: id, attempts: 3, lastFailure: 'the disk is slow', workers: ['first'] }]);
    expect(total(finals, 'moved')).toBe(0);
  });
});

test('what ended while the server was out of reach is told when it is back', async () => {
  const toxiproxy = lab.variables['TOXIPROXY_URL']!;
  const upstream = lab.variables['TEMPORAL_ADDRESS'];
  const ask = async (path: string, body: object) =>
    (await fetch(`${toxiproxy}${path}`, { method: 'POST', body: JSON.stringify(body) })).json();
  const proxy = { name: 'front', listen: '127.0.0.1:0', upstream, enabled: true };
  const { listen } = (await ask('/proxies', proxy)) as { listen: string };
  const watching = await watch({ address: listen });
  const id = await application.start({ legs: 2, legMs: 1000, status: 'COMPLETED' });
  await expect.poll(async () => (await watching.sample()).values['running'], { timeout: 10_000 }).toBe(1);

  await ask('/proxies/front', { enabled: false });
  await wait(500);
  const away = await watching.sample();
  const unsure = await drained(watching, 1000);
  await wait(4000);
  await ask('/proxies/front', { enabled: true });
  const readings = await untilEnded(watching, 1);

  expect(away).toMatchObject({ outcome: 'bad', reason: 'server unreachable: connection refused' });
  expect(lifeOf(livesOf(unsure), id)).toMatchObject({ outcome: 'unknown' });
  expect(total(unsure, 'stillRunning'), 'nobody knows').toBe(0);
  expect(unsure.at(-1)).toMatchObject({ values: {}, reason: expect.stringMatching(/^what became of some/) });
  expect(total(readings, 'completed')).toBe(1);
  expect(lifeOf(livesOf(await drained(watching, 5000)), id)).toMatchObject({ outcome: 'good' });
});

describe('each trouble has its own reason', () => {
  const troubles: Record<string, [config: object, outcome: string, reason: string | RegExp]> = {
    'the namespace does not exist': [{ namespace: 'nobody' }, 'bad', 'the namespace does not exist'],
    'no worker polls the queue': [{ taskQueue: 'nobody-here' }, 'bad', 'no worker polls task queue nobody-here'],
    'visibility does not understand the filter': [
      { watch: { query: 'NoSuchAttribute = 1' } },
      'unknown',
      /^visibility does not tell: server error: invalid query/,
    ],
  };

  test.for(Object.entries(troubles))('%s', async ([, [config, outcome, reason]]) => {
    const { sample } = await watch(config);

    const reading = await sample();

    expect(reading).toMatchObject({ outcome });
    expect(reading.reason).toMatch(reason);
  });

  test('a task that waited for its worker is told when it is over', async () => {
    const late = await WatchedApplication.on(lab.variables['TEMPORAL_ADDRESS']!, 'late');
    const watching = await openProbe(temporalWorkflowProbe, late.config(), { timeoutMs: 5000 });
    sessions.push(watching);
    await late.start({ status: 'COMPLETED' });
    await wait(1200);
    await late.worker('late-1');

    const readings = await untilEnded(watching, 1);
    await late.close();

    expect(readings.at(-1)!.values['scheduleToStartMs']).toBeGreaterThan(1000);
  });
});
