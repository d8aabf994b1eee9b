import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Lab, startLab } from '../../lab/lab.ts';
import { taskQueue, workflowIdOf, workflowType } from '../../lab/workloads/goals/goal-run.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import type { ObjectiveResult, Report } from '../../src/slo/model/report.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** What begins sooner after the stream is first read may have begun before it, since Temporal's clock is another. */
const CLOCKS_APART_MS = 2500;

let lab: Lab;
let connection: Connection;
let client: Client;
let folder: string;
let bystander: ChildProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steadfast-completeness-'));
  lab = await startLab({ services: ['worker'], worker: { stepMs: 20 } });
  connection = await Connection.connect({ address: lab.variables['TEMPORAL_ADDRESS']! });
  client = new Client({ connection, namespace: 'bytebot' });
  bystander = spawn('sleep', ['1000'], { stdio: 'ignore' });
  writeFileSync(join(folder, 'bystander.pid'), `${bystander.pid}\n`);
}, 240_000);
afterAll(async () => {
  bystander?.kill('SIGKILL');
  await connection?.close();
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Who is broken does not matter here: goals are run all the time. */
function planFor(name: string, recovery: string): object {
  const address = lab.variables['TEMPORAL_ADDRESS']!;
  const works = { begins: ['GOAL_STARTED'], ends: ['GOAL_COMPLETED', 'GOAL_FAILED', 'GOAL_CANCELLED'] };
  return {
    ...{ apiVersion: 'steadfast/v1', kind: 'Plan', metadata: { name } },
    spec: {
      phases: { steady: '3s', recovery, settle: '5s' },
      probes: [
        {
          ...{ name: 'goal-runs', type: 'temporal-workflow', interval: '500ms', timeout: '5s' },
          config: {
            address,
            namespace: 'bytebot',
            taskQueue,
            workflowType,
            watch: {},
            expect: { status: 'COMPLETED' },
          },
        },
        {
          ...{ name: 'goal-events', type: 'kafka-stream', interval: '500ms' },
          config: {
            ...{ brokers: [lab.variables['KAFKA_BROKERS']!], topics: ['bytebot.goal.events'] },
            ...{ eventType: 'value.eventType', complete: { identity: ['value.goalRunId'], ...works } },
          },
        },
      ],
      experiments: [
        {
          ...{ name: 'pause', driver: 'process', duration: '1s' },
          config: { action: 'pause', pidFile: join(folder, 'bystander.pid') },
        },
      ],
      objectives: [
        { name: 'watched', phase: 'steady', indicator: { ratio: 'goal-runs' }, atLeast: '1%' },
        {
          ...{ name: 'as-kafka-tells', phase: 'run', severity: 'warning', atMost: 0 },
          indicator: { total: 'goal-events.neverEnded' },
        },
        {
          ...{ name: 'as-temporal-tells', atLeast: '100%', atLeastSeen: 5 },
          indicator: { completeness: 'goal-runs', in: 'goal-events', key: 'goal-run-$1' },
        },
      ],
    },
  };
}

/** Of the next goal nothing is written. */
async function swallowOne(): Promise<void> {
  for (const eventType of ['GOAL_STARTED', 'GOAL_COMPLETED'])
    await lab.control('worker', { command: 'swallow', eventType });
}

/** One without steps, whose events would be written by a broker that is stopped. Resolves when it has completed, however often a busy server has to be asked. */
async function runGoal(): Promise<string> {
  const goalRunId = randomUUID();
  const workflowId = workflowIdOf(goalRunId);
  const run = await client.workflow.start(workflowType, {
    ...{ taskQueue, workflowId, args: [{ goalRunId, tenantId: 'test', steps: 0 }] },
  });
  const status = async () => (await run.describe().catch(() => undefined))?.status.name;
  await expect.poll(status, { timeout: 40_000, interval: 200 }).toBe('COMPLETED');
  return workflowId;
}

async function runGoals(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => runGoal()));
}

async function judgedWhile(name: string, story: () => Promise<void>, recovery = '18s') {
  const out = join(folder, name);
  writeFileSync(`${out}.yaml`, stringify(planFor(name, recovery)));
  const env = { ...process.env, STEADFAST_STATE: `${out}-state` };
  const child = spawn(process.execPath, [MAIN, 'run', `${out}.yaml`, '--out', out], { env, stdio: 'ignore' });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const timeline = join(out, 'timeline.ndjson');
  const linesOf = () => (existsSync(timeline) ? readFileSync(timeline, 'utf8') : '').split('\n');
  const has = (state: string) => linesOf().some((line) => line.includes(`"state":"${state}"`));
  const isStreamRead = () =>
    linesOf().some((line) => line.includes('"probe":"goal-events"') && line.includes('"covers"'));
  await expect.poll(() => has('started') && isStreamRead(), { timeout: 60_000 }).toBe(true);
  await wait(CLOCKS_APART_MS);
  await story();
  expect(has('quiesced'), 'the story is over before the recovery phase is').toBe(false);
  const code = await exit;
  const { objectives }: Report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  const result = (objective: string): ObjectiveResult | undefined =>
    objectives.find((each) => each.objective === objective);
  return { code, kafka: result('as-kafka-tells'), temporal: result('as-temporal-tells') };
}

describe('goal runs, by what Temporal says and by their events in Kafka', () => {
  test('each event was written', { timeout: 240_000 }, async () => {
    const { code, temporal } = await judgedWhile('healthy', async () => {
      await runGoals(4);
      await runGoals(4);
    });

    expect(temporal).toMatchObject({ verdict: 'pass', measurement: { low: 1, high: 1, bad: 0, missing: 0 } });
    expect(temporal?.measurement?.good).toBeGreaterThanOrEqual(5);
    expect(code).toBe(EXIT.pass);
  });

  test('of one goal each event was swallowed: nothing in Kafka speaks of it', { timeout: 240_000 }, async () => {
    let swallowed = '';
    const { code, kafka, temporal } = await judgedWhile('swallowed', async () => {
      await runGoals(5);
      await swallowOne();
      swallowed = await runGoal();
    });

    expect(kafka?.measurement, kafka?.text).toMatchObject({ low: 0 });
    expect(kafka?.verdict).not.toBe('fail');
    expect(temporal).toMatchObject({
      verdict: 'fail',
      text: expect.stringContaining(`not in goal-events: ${swallowed}`),
      measurement: { bad: 1, missing: 0 },
    });
    expect(code).toBe(EXIT.fail);
  });

  test('of one goal nobody knows, since the broker stopped before it ended', { timeout: 240_000 }, async () => {
    const broker = (await lab.server('kafka').pid())!;
    let unknown = '';
    const whileItStands = async () => {
      await runGoals(5);
      await swallowOne();
      process.kill(broker, 'SIGSTOP');
      unknown = await runGoal();
    };
    const { code, temporal } = await judgedWhile('stopped', whileItStands, '30s').finally(() =>
      process.kill(broker, 'SIGCONT'),
    );

    expect(temporal).toMatchObject({
      ...{ verdict: 'inconclusive', reason: 'missing-samples' },
      text: expect.stringContaining(`goal-events cannot tell whether it has the end of ${unknown}`),
      measurement: { bad: 0, missing: 1 },
    });
    expect(code).toBe(EXIT.inconclusive);
  });
});
