import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../lab/processes/ports.ts';
import type { Entry, ProberTrouble, Sample } from '../../src/slo/model/entry.ts';
import type { Report } from '../../src/slo/model/report.ts';
import { openStage, type Stage, untilState } from '../cli/started.ts';

interface Service {
  port: number;
  isDown: boolean;
}

/** Takes some time, so that there is always a sample under way, and leaves enough of the time-out for a busy machine. */
async function openService() {
  const service: Service = { port: 0, isDown: false };
  const server = createServer((_request, response) => {
    if (service.isDown) response.destroy();
    else setTimeout(() => response.end('ok'), 300);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  service.port = (server.address() as AddressInfo).port;
  return Object.assign(service, {
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  });
}

function planText(stage: Stage, { port }: Service, at = 'runner', vantage = '127.0.0.1:1'): string {
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
  plan: string,
  during: (pid: number) => Promise<void>,
  env: Record<string, string> = {},
): Promise<Ran> {
  const out = stage.in('out');
  const run = stage.start(['run', stage.writePlan(plan), '--out', out], env);
  await using _ = endedAtLast(run.child);
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

function endedAtLast(child: ChildProcess) {
  return { [Symbol.asyncDispose]: async () => void child.kill('SIGKILL') };
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
  test.concurrent('stopped for three seconds', async () => {
    await using stage = await openStage();
    using service = await openService();
    const { samples, troubles, up, report } = await ran(stage, planText(stage, service), stopped);

    expect(samples.filter(isBad)).toEqual([]);
    expect(up).toMatchObject({ verdict: 'inconclusive', high: 1, bad: 0 });
    expect(up.missing).toBeGreaterThan(25);
    expect(Math.max(...stallsOf(troubles).map(({ ms }) => ms))).toBeGreaterThan(2800);
    expect(report.probers).toMatchObject([{ vantage: 'runner' }]);
  });

  test.concurrent('its event loop blocked again and again', async () => {
    await using stage = await openStage();
    using service = await openService();
    const plan = planText(stage, service);
    const { samples, troubles, up } = await ran(stage, plan, async () => undefined, BLOCKED_AGAIN_AND_AGAIN);

    expect(samples.filter(isBad)).toEqual([]);
    expect(up).toMatchObject({ verdict: 'inconclusive', high: 1, bad: 0 });
    expect(stallsOf(troubles).length).toBeGreaterThan(3);
    expect(samples.filter(({ starvedMs }) => starvedMs !== undefined).length).toBeGreaterThan(0);
  });

  test.concurrent('at a vantage', async ({ expect }) => {
    await using stage = await openStage();
    using service = await openService();
    const vantage = `127.0.0.1:${(await freePorts(1))[0]}`;
    const plan = planText(stage, service, 'gateway', vantage);
    const sidecar = stage.start(['serve', stage.writePlan(plan), '--vantage', 'gateway', '--listen', vantage]);
    await using _ = endedAtLast(sidecar.child);
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
    const { samples, troubles, up, report } = await ran(stage, plan, () => stopped(sidecar.child.pid!));
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
    using service = await openService();
    const { samples, troubles, up } = await ran(
      stage,
      // A service that shares a busy machine may itself be slow, and must not look so here.
      planText(stage, service).replace('timeout: 1s', 'timeout: 3s'),
      async () => {
        cgroup!.limit(1);
        await sleep(3000);
        cgroup!.limit(undefined);
      },
      { ...IN_CGROUP, STEADFAST_TEST_CGROUP: cgroup!.procs },
    );

    expect(samples.filter(isBad)).toEqual([]);
    expect(up).toMatchObject({ high: 1, bad: 0 });
    const throttledMs = troubles.filter(({ of }) => of === 'throttled').reduce((sum, { ms }) => sum + ms, 0);
    expect(throttledMs, JSON.stringify(troubles)).toBeGreaterThan(500);
  });
});

describe('a prober that does not run while the service is down', { timeout: 60_000 }, () => {
  test.concurrent.each<[string, (pid: number) => Promise<void>, Record<string, string>]>([
    ['stopped for three seconds', stopped, {}],
    ['its event loop blocked again and again', async () => undefined, BLOCKED_AGAIN_AND_AGAIN],
  ])('does not call it good, and still sees that it is down: %s', async (_sentence, during, env) => {
    await using stage = await openStage();
    using service = await openService();
    const { samples, up } = await ran(
      stage,
      planText(stage, service),
      async (pid) => {
        service.isDown = true;
        await during(pid);
      },
      env,
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
