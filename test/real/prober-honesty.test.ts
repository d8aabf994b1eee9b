import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../lab/processes/ports.ts';
import type { Entry, ProberTrouble, Sample } from '../../src/slo/model/entry.ts';
import type { Report } from '../../src/slo/model/report.ts';
import { openStage, type Stage, untilState } from '../cli/started.ts';

/** Takes some time, so that there is always a sample under way, and leaves enough of the time-out for a busy machine. */
let service: Server;
let isDown = false;
beforeAll(async () => {
  service = createServer((_request, response) => {
    if (isDown) response.destroy();
    else setTimeout(() => response.end('ok'), 300);
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  service.closeAllConnections();
  service.close();
});

function planText(stage: Stage, at = 'runner', vantage = '127.0.0.1:1'): string {
  const { port } = service.address() as AddressInfo;
  return `apiVersion: steadfast/v1
kind: Plan
metadata: {name: honesty}
spec:
  phases: {steady: 2s, recovery: 3s}
  limits: {maxFault: 30s}
  vantages: [{name: gateway, type: sidecar, config: {url: "http://${vantage}"}}]
  probes:
    - {name: api, type: http, at: ${at}, interval: 100ms, timeout: 1s, config: {url: "http://127.0.0.1:${port}/"}}
  experiments:
    - {name: frozen, driver: process, duration: 5s, config: {action: pause, pidFile: ${stage.folder}/victim.pid}}
  objectives:
    - {name: up-before, phase: steady, indicator: {ratio: api}, atLeast: 10%}
    - {name: up, phase: impact, indicator: {ratio: api}, atLeast: 99%}
`;
}

interface Ran {
  samples: Sample[];
  troubles: ProberTrouble[];
  up: { verdict: string; low: number; high: number; bad: number; missing: number };
  report: Report;
}

/** A whole run of the real program; something happens to it while the fault is there. */
async function ran(
  stage: Stage,
  during: (pid: number) => Promise<void>,
  options: { env?: Record<string, string>; plan?: string } = {},
): Promise<Ran> {
  const out = stage.in('out');
  const run = stage.start(['run', stage.writePlan(options.plan ?? planText(stage)), '--out', out], options.env);
  onTestFinished(() => void run.child.kill('SIGKILL'));
  const { output } = await Promise.all([
    run.ended,
    untilState(out, 'injected').then(() => during(run.child.pid!)),
  ]).then(([ended]) => ended);
  expect(existsSync(join(out, 'report.json')), output).toBe(true);
  const report: Report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  const entries = readFileSync(join(out, 'timeline.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line): Entry => JSON.parse(line));
  const { verdict, measurement } = report.objectives.find(({ objective }) => objective === 'up')!;
  const { low, high, bad, missing } = measurement!;
  return {
    samples: entries.filter((entry) => entry.type === 'sample'),
    troubles: entries.filter((entry) => entry.type === 'prober'),
    up: { verdict, low: low!, high: high!, bad, missing },
    report,
  };
}

async function stopped(pid: number): Promise<void> {
  await sleep(500);
  process.kill(pid, 'SIGSTOP');
  await sleep(3000);
  process.kill(pid, 'SIGCONT');
}

/** Blocks the event loop of a process again and again, at no particular moment of any sample. */
const BLOCKED_AGAIN_AND_AGAIN = {
  NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(
    'const cell = new Int32Array(new SharedArrayBuffer(4)); setInterval(() => Atomics.wait(cell, 0, 0, 800), 1910).unref()',
  )}"`,
};

const isBad = ({ outcome }: Sample) => outcome === 'bad';
const stallsOf = (troubles: ProberTrouble[]) => troubles.filter(({ of }) => of === 'stalled');

describe('a prober that does not run while the service is healthy calls nothing bad', { timeout: 60_000 }, () => {
  test('stopped for three seconds', async () => {
    await using stage = await openStage();
    const { samples, troubles, up, report } = await ran(stage, stopped);

    expect(samples.filter(isBad)).toEqual([]);
    expect(up).toMatchObject({ verdict: 'inconclusive', high: 1, bad: 0 });
    expect(up.missing).toBeGreaterThan(25);
    expect(Math.max(...stallsOf(troubles).map(({ ms }) => ms))).toBeGreaterThan(2800);
    expect(report.probers).toMatchObject([{ vantage: 'runner' }]);
  });

  test('its event loop blocked again and again', async () => {
    await using stage = await openStage();
    const { samples, troubles, up } = await ran(stage, async () => undefined, { env: BLOCKED_AGAIN_AND_AGAIN });

    expect(samples.filter(isBad)).toEqual([]);
    expect(up).toMatchObject({ verdict: 'inconclusive', high: 1, bad: 0 });
    expect(stallsOf(troubles).length).toBeGreaterThan(3);
    expect(samples.filter(({ starvedMs }) => starvedMs !== undefined).length).toBeGreaterThan(0);
  });

  test('at a vantage', async () => {
    await using stage = await openStage();
    const vantage = `127.0.0.1:${(await freePorts(1))[0]}`;
    const plan = planText(stage, 'gateway', vantage);
    const sidecar = stage.start(['serve', stage.writePlan(plan), '--vantage', 'gateway', '--listen', vantage]);
    onTestFinished(() => void sidecar.child.kill('SIGKILL'));
    await expect
      .poll(
        () =>
          fetch(`http://${vantage}/readyz`).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    const { samples, troubles, up, report } = await ran(stage, () => stopped(sidecar.child.pid!), { plan });
    sidecar.child.kill('SIGTERM');

    expect(samples.filter(isBad)).toEqual([]);
    expect(up).toMatchObject({ verdict: 'inconclusive', high: 1, bad: 0 });
    const there = stallsOf(troubles).filter((trouble) => trouble.vantage === 'gateway');
    expect(Math.max(...there.map(({ ms }) => ms))).toBeGreaterThan(2800);
    expect(report.probers!.map((prober) => prober.vantage)).toContain('gateway');
  });

  test('throttled by the limit of its cgroup', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('needs root, to limit the CPU of a cgroup');
    const cgroup = cpuCgroup();
    if (cgroup === undefined) skip('needs a cgroup hierarchy with the CPU controller that can be written');
    await using stage = await openStage();
    const run = ran(
      stage,
      async () => {
        cgroup!.limit(1);
        await sleep(3000);
        cgroup!.limit(undefined);
      },
      {
        // A service that shares a busy machine may itself be slow, and must not look so here.
        plan: planText(stage).replace('timeout: 1s', 'timeout: 3s'),
        env: { ...IN_CGROUP, STEADFAST_TEST_CGROUP: cgroup!.procs },
      },
    );
    const { samples, troubles, up } = await run;

    expect(samples.filter(isBad)).toEqual([]);
    expect(up).toMatchObject({ high: 1, bad: 0 });
    const throttledMs = troubles.filter(({ of }) => of === 'throttled').reduce((sum, { ms }) => sum + ms, 0);
    expect(throttledMs, JSON.stringify(troubles)).toBeGreaterThan(500);
  });
});

describe('a prober that does not run while the service is down', { timeout: 60_000 }, () => {
  test.each<[string, (pid: number) => Promise<void>, Record<string, string>]>([
    ['stopped for three seconds', stopped, {}],
    ['its event loop blocked again and again', async () => undefined, BLOCKED_AGAIN_AND_AGAIN],
  ])('does not call it good, and still sees that it is down: %s', async (_sentence, during, env) => {
    await using stage = await openStage();
    onTestFinished(() => {
      isDown = false;
    });
    const { samples, up } = await ran(
      stage,
      async (pid) => {
        isDown = true;
        await during(pid);
      },
      { env },
    );

    expect(up.verdict).toBe('fail');
    expect(samples.filter(isBad).length).toBeGreaterThan(5);
    const whileDown = samples.filter(({ started }) => started > samples.find(isBad)!.ended);
    expect(whileDown.filter(({ outcome }) => outcome === 'good')).toEqual([]);
  });
});

/** Has the process move itself, before it reads in which cgroup it is. */
const IN_CGROUP = {
  NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(
    "import { writeFileSync } from 'node:fs'; writeFileSync(process.env.STEADFAST_TEST_CGROUP, '0')",
  )}"`,
};

/** A cgroup of our own with the CPU controller, of version 1 or 2; removed at the end of the test. */
function cpuCgroup(): { procs: string; limit(percent: number | undefined): void } | undefined {
  const name = `steadfast-test-${process.pid}`;
  for (const [mount, file, texts] of [
    ['/sys/fs/cgroup/cpu', 'cpu.cfs_quota_us', (us: number) => String(us)],
    ['/sys/fs/cgroup', 'cpu.max', (us: number) => `${us < 0 ? 'max' : us} 100000`],
  ] as const) {
    const folder = join(mount, name);
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    onTestFinished(async () => {
      await expect.poll(() => tryTo(() => rmdirSync(folder)), { timeout: 5000 }).toBe(true);
    });
    if (!existsSync(join(folder, file))) continue;
    const limit = (percent: number | undefined) =>
      writeFileSync(join(folder, file), texts(percent === undefined ? -1 : percent * 1000));
    return { procs: join(folder, 'cgroup.procs'), limit };
  }
  return undefined;
}

function tryTo(deed: () => void): boolean {
  try {
    deed();
    return true;
  } catch {
    return false;
  }
}
