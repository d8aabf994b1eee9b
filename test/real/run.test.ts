import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import type { ChaosState } from '../../src/slo/model/entry.ts';
import type { Report } from '../../src/slo/model/report.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'dist/steadfast.js');

/** The program as a user starts it, on a real engine behind a real Toxiproxy. */
describe('steadfast run', () => {
  let lab: Lab;
  let folder: string;
  let runs = 0;
  let out: string;
  beforeAll(async () => {
    lab = await startLab({ services: ['engine', 'toxiproxy'] });
    folder = mkdtempSync(join(tmpdir(), 'steadfast-run-'));
  });
  afterAll(async () => {
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    out = join(folder, String(runs++));
  });

  interface Ended {
    exit: number | null;
    output: string;
  }

  function start(args: string[], more: Record<string, string> = {}): { child: ChildProcess; ended: Promise<Ended> } {
    const env = { ...process.env, ...lab.variables, STEADFAST_STATE: join(folder, 'state'), ...more };
    const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream!.on('data', (text) => (output += text));
    return { child, ended: once(child, 'close').then(([exit]) => ({ exit: exit as number | null, output })) };
  }

  const steadfast = (args: string[], more?: Record<string, string>): Promise<Ended> => start(args, more).ended;
  const runFirst = () => start(['run', join(ROOT, 'examples/first.yaml'), '--out', out]);

  async function untilState(state: ChaosState): Promise<void> {
    for (let attempt = 0; attempt < 1200; attempt++) {
      if (timeline().includes(`"state":"${state}"`)) return;
      await sleep(25);
    }
    throw new Error(`the run never got to ${state}`);
  }

  function timeline(): string {
    try {
      return readFileSync(join(out, 'timeline.ndjson'), 'utf8');
    } catch {
      return '';
    }
  }

  const report = (): Report => JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));

  /** What Toxiproxy says is wrong with the engine's link. */
  async function faultsInPlace(): Promise<string[]> {
    const proxies = (await (await fetch(`${lab.variables['TOXIPROXY_URL']}/proxies`)).json()) as Record<
      string,
      { enabled: boolean; toxics: { name: string }[] }
    >;
    return Object.entries(proxies).flatMap(([name, { enabled, toxics }]) => [
      ...(enabled ? [] : [`${name} is disabled`]),
      ...toxics.map((toxic) => `${name} has ${toxic.name}`),
    ]);
  }

  it('passes on a healthy engine, and judges to the same again', async () => {
    const { exit, output } = await runFirst().ended;
    const again = await steadfast(['judge', out]);

    expect(exit, output).toBe(EXIT.pass);
    expect(report()).toMatchObject({ verdict: 'pass', experiments: [{ proof: { state: 'proven' } }] });
    expect(again.exit, again.output).toBe(EXIT.pass);
    expect(await faultsInPlace()).toEqual([]);
  });

  for (const state of ['started', 'requested', 'injected', 'recovering', 'recovered'] as const)
    it(`removes the fault, writes the report and ends with 30 on SIGTERM once it has ${state}`, async () => {
      const { child, ended } = runFirst();
      await untilState(state);

      child.kill('SIGTERM');
      const { exit, output } = await ended;

      expect(exit, output).toBe(EXIT.aborted);
      expect(await faultsInPlace()).toEqual([]);
      expect(report().verdict).not.toBe('pass');
      expect(report().aborted).toBe('stopped by SIGTERM');
    });

  for (const state of ['started', 'requested', 'injected', 'recovering', 'recovered'] as const)
    it(`never judges to pass after kill -9 once it has ${state}, and the next start removes the fault`, async () => {
      const { child, ended } = runFirst();
      await untilState(state);

      child.kill('SIGKILL');
      await ended;
      const judged = await steadfast(['judge', out]);
      const swept = await steadfast(['sweep']);

      expect(judged.exit, judged.output).not.toBe(EXIT.pass);
      expect(swept.exit, swept.output).toBe(EXIT.pass);
      expect(await faultsInPlace()).toEqual([]);
    });

  it('removes what a killed run left behind before it breaks anything new', async () => {
    const { child, ended } = runFirst();
    await untilState('injected');
    child.kill('SIGKILL');
    await ended;
    expect(await faultsInPlace()).not.toEqual([]);

    out = join(folder, `${runs++}`);
    const next = await runFirst().ended;

    expect(next.output).toContain('removed what run first-');
    expect(next.exit, next.output).toBe(EXIT.pass);
    expect(await faultsInPlace()).toEqual([]);
  });

  it('injects nothing and ends with 69 when the service is down before the fault', async () => {
    const { exit, output } = await steadfast(['run', join(ROOT, 'examples/first.yaml'), '--out', out], {
      ENGINE_EVENTS: 'tcp://127.0.0.1:1',
    });

    expect(exit, output).toBe(EXIT.notReady);
    expect(timeline()).not.toContain('"requested"');
    expect(output).toMatch(/open-before did not pass: 0%, at least 100% asked; mostly: \S+/);
  });

  it('injects nothing and ends with 69 when the driver has nothing to break with', async () => {
    const { exit, output } = await steadfast(['run', join(ROOT, 'examples/first.yaml'), '--out', out], {
      TOXIPROXY_URL: 'http://127.0.0.1:1',
    });

    expect(exit, output).toBe(EXIT.notReady);
    expect(timeline()).toContain('"state":"failed"');
  });

  it('ends with 40 and says what to do when the fault cannot be removed', async () => {
    const toxiproxy = (await lab.server('toxiproxy').pid())!;
    const { ended } = runFirst();
    await untilState('injected');

    process.kill(toxiproxy, 'SIGSTOP');
    const { exit, output } = await ended.finally(() => process.kill(toxiproxy, 'SIGCONT'));
    const swept = await steadfast(['sweep']);

    expect(exit, output).toBe(EXIT.faultMayRemain);
    expect(output).toContain('FAULT LEFT BEHIND');
    expect(swept.exit, swept.output).toBe(EXIT.pass);
    expect(await faultsInPlace()).toEqual([]);
  });

  it('goes on when nobody reads what it prints', async () => {
    const { child, ended } = runFirst();
    child.stdout!.destroy();
    child.stderr!.destroy();

    const { exit } = await ended;

    expect(exit).toBe(EXIT.pass);
  });

  it('runs several plans as a suite, or only the one that is named', async () => {
    const first = readFileSync(join(ROOT, 'examples/first.yaml'), 'utf8');
    const impatient = first.replace('{name: first}', '{name: second}').replace('atMost: 2s', 'atMost: 1ms');
    const plans = join(folder, 'two.yaml');
    writeFileSync(plans, `${first}---\n${impatient}`);

    const suite = await steadfast(['run', plans, '--out', out]);
    const one = await steadfast(['run', plans, '--only', 'first', '--out', join(out, 'one')]);

    expect(suite.exit, suite.output).not.toBe(EXIT.pass);
    expect(readFileSync(join(out, 'suite.md'), 'utf8')).toContain('[first](first/report.md)');
    expect(one.exit, one.output).toBe(EXIT.pass);
  });

  it('refuses a wrong plan with 64 before anything is touched', async () => {
    const plan = join(folder, 'wrong.yaml');
    writeFileSync(
      plan,
      readFileSync(join(ROOT, 'examples/first.yaml'), 'utf8').replace('interval: 100ms', 'intervall: 100'),
    );

    const { exit, output } = await steadfast(['run', plan, '--out', out]);

    expect(exit).toBe(EXIT.badPlan);
    expect(output).toMatch(/wrong\.yaml:\d+:\d+: spec\.probes\[0\]\.intervall: /);
    expect(output).toContain('interval');
    expect(timeline()).toBe('');
  });
});
