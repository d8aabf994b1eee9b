import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, type ExpectStatic, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Lab, startLab } from '../../lab/lab.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import type { Report } from '../../src/slo/model/report.ts';
import { WatchedApplication } from './watched.ts';
import type { RelayInput } from './watched-workflows.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

let lab: Lab;
let folder: string;

beforeAll(async () => {
  lab = await startLab({ services: ['temporal'] });
  folder = mkdtempSync(join(tmpdir(), 'steadfast-in-flight-'));
});
afterAll(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function steadfast(plan: object, out: string): { child: ChildProcess; exit: Promise<number | null> } {
  const file = `${out}.yaml`;
  writeFileSync(file, stringify(plan));
  const env = { ...process.env, STEADFAST_STATE: `${out}-state` };
  const child = spawn(process.execPath, [MAIN, 'run', file, '--out', out], { env, stdio: 'ignore' });
  return { child, exit: once(child, 'close').then(([code]) => code as number | null) };
}

function planOf(name: string, spec: object): object {
  return { apiVersion: 'steadfast/v1', kind: 'Plan', metadata: { name }, spec };
}

describe.concurrent('every workflow that was in flight when its worker was killed completes', () => {
  interface Story {
    /** What is in flight at the fault. */
    inFlight: RelayInput[];
    /** The worker that is started again polls another queue. */
    goneForGood?: true;
    exit: number;
    verdict: object;
  }
  const relay: RelayInput = { legs: 3, legMs: 5000, status: 'COMPLETED' };
  const stories: Record<string, Story> = {
    'and it does, through continue-as-new': {
      inFlight: [relay, relay, relay],
      exit: EXIT.pass,
      verdict: { verdict: 'pass', measurement: { low: 1, high: 1, good: 3, seen: 3 } },
    },
    'but one returns a failure, which the server calls completed': {
      inFlight: [relay, relay, { ...relay, status: 'FAILED' }],
      exit: EXIT.fail,
      verdict: {
        verdict: 'fail',
        text: expect.stringContaining('status is "FAILED"'),
        measurement: { good: 2, bad: 1 },
      },
    },
    'but nobody goes on with them': {
      inFlight: [relay, relay, relay],
      goneForGood: true,
      exit: EXIT.fail,
      verdict: { verdict: 'fail', text: expect.stringContaining('the workflow still runs'), measurement: { bad: 3 } },
    },
    'but too few were in flight to say so': {
      inFlight: [relay, relay],
      exit: EXIT.inconclusive,
      verdict: { verdict: 'inconclusive', reason: 'too-little-traffic', measurement: { seen: 2 } },
    },
  };

  test.for(Object.entries(stories))('%s', { timeout: 240_000 }, async ([sentence, story]) => {
    const queue = `in-flight-${Object.keys(stories).indexOf(sentence)}`;
    const application = await WatchedApplication.on(lab.variables['TEMPORAL_ADDRESS']!, queue);
    const worker = await application.worker('before');
    const pidFile = join(folder, `${queue}.pid`);
    writeFileSync(pidFile, `${worker.pid}\n`);
    const again = await application.workerCommand('after', story.goneForGood ? `${queue}-elsewhere` : queue);
    const plan = planOf(queue, {
      phases: { steady: '3s', recovery: '6s', settle: story.goneForGood ? '3s' : '60s' },
      probes: [
        { name: 'goals', type: 'temporal-workflow', interval: '500ms', timeout: '5s', config: application.config() },
      ],
      experiments: [
        { name: 'worker-dies', driver: 'process', duration: '2s', config: { action: 'kill', pidFile, start: again } },
      ],
      objectives: [
        { name: 'watched', phase: 'steady', indicator: { ratio: 'goals' }, atLeast: '50%' },
        { name: 'in-flight', indicator: { inFlight: 'goals' }, atLeast: '100%', atLeastSeen: 3 },
      ],
    });

    for (const input of story.inFlight) await application.start(input);
    const out = join(folder, queue);
    const exit = await steadfast(plan, out).exit;
    const left = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    if (left !== worker.pid) process.kill(left, 'SIGKILL');
    await application.close();

    const { objectives }: Report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    expect(objectives.find(({ objective }) => objective === 'in-flight')).toMatchObject(story.verdict);
    expect(objectives.find(({ objective }) => objective === 'watched')).toMatchObject({ verdict: 'pass' });
    expect(exit).toBe(story.exit);
  });
});

describe.concurrent('no canary is left running', () => {
  /** Canaries that would wait for ten minutes. */
  async function runWithCanaries(name: string, executionTimeout: string, expect: ExpectStatic) {
    const application = await WatchedApplication.on(lab.variables['TEMPORAL_ADDRESS']!, name);
    await application.worker('only');
    const config = { ...application.config(), watch: undefined, args: [{ legMs: 600_000 }], executionTimeout };
    const plan = planOf(name, {
      phases: { steady: '5m', recovery: '5m' },
      probes: [{ name, type: 'temporal-workflow', interval: '300ms', timeout: '1s', config }],
      experiments: [{ name: 'drill', driver: 'none', duration: '1m', config: { file: join(folder, 'never') } }],
      objectives: [{ name: 'works', phase: 'steady', indicator: { ratio: name }, atLeast: '1%' }],
    });
    const { child, exit } = steadfast(plan, join(folder, name));
    const canaries = () => application.running(`TaskQueue = '${name}'`);
    await expect.poll(canaries, { timeout: 60_000 }).toHaveProperty(
      'length',
      expect.toSatisfy((n: number) => n > 3),
    );
    return { application, child, exit, canaries };
  }

  test('after SIGTERM, however many of them wait', async ({ expect }) => {
    const { application, child, exit, canaries } = await runWithCanaries('told-to-stop', '10m', expect);

    child.kill('SIGTERM');

    expect(await exit).toBe(EXIT.aborted);
    expect(existsSync(join(folder, 'told-to-stop', 'report.json'))).toBe(true);
    await expect.poll(canaries, { timeout: 10_000 }).toEqual([]);
    await application.close();
  });

  test('after kill -9, as soon as the server ends what nobody waits for', async ({ expect }) => {
    const { application, child, exit, canaries } = await runWithCanaries('killed', '6s', expect);

    child.kill('SIGKILL');

    expect(await exit).toBeNull();
    await expect.poll(canaries, { timeout: 20_000 }).toEqual([]);
    await application.close();
  });
});
