import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { FIRST_PLAN, type FirstRun, FirstStage } from './first-run.ts';
import { Pool } from './pool.ts';

/** A run takes ten seconds and mostly waits. More of them at a time would keep one another from taking their samples. */
const STAGES = 2;
vi.setConfig({ maxConcurrency: STAGES });

const firstPlan = readFileSync(FIRST_PLAN, 'utf8');

/** The program as a user starts it, on a real engine behind a real Toxiproxy. */
describe.concurrent('steadfast run', () => {
  let stages: Pool<FirstStage>;
  beforeAll(async () => {
    stages = await Pool.of(STAGES, () => FirstStage.open());
  });
  afterAll(() => stages?.stop());

  const onStage = (work: (run: FirstRun, stage: FirstStage) => Promise<void>) => () =>
    stages.use((stage) => work(stage.newRun(), stage));

  function planIn(run: FirstRun, text: string): string {
    mkdirSync(`${run.out}-plan`);
    const file = join(`${run.out}-plan`, 'wanted.yaml');
    writeFileSync(file, text);
    return file;
  }

  // The longest first: the others then fit beside them.
  it(
    'ends with 40 and says what to do when the fault cannot be removed',
    onStage(async (run, stage) => {
      // Each attempt to remove this one is given up after 5 s, where those at a black hole get 25 s.
      const plan = planIn(run, firstPlan.replace('action: blackhole', 'action: refuse'));
      const toxiproxy = (await stage.lab.server('toxiproxy').pid())!;
      const { ended } = run.runPlan(plan);
      await run.until('injected', ended);

      process.kill(toxiproxy, 'SIGSTOP');
      const { exit, output } = await ended.finally(() => process.kill(toxiproxy, 'SIGCONT'));
      const swept = await run.steadfast(['sweep']);

      expect(exit, output).toBe(EXIT.faultMayRemain);
      expect(output).toContain('FAULT LEFT BEHIND');
      expect(swept.exit, swept.output).toBe(EXIT.pass);
      expect(await stage.faultsInPlace()).toEqual([]);
    }),
  );

  it(
    'runs several plans as a suite, or only the one that is named',
    onStage(async (run) => {
      const impatient = firstPlan.replace('{name: first}', '{name: second}').replace('atMost: 2s', 'atMost: 1ms');
      const plans = planIn(run, `${firstPlan}---\n${impatient}`);

      const suite = await run.steadfast(['run', plans, '--out', run.out]);
      const one = await run.steadfast(['run', plans, '--only', 'first', '--out', join(run.out, 'one')]);

      expect(suite.exit, suite.output).not.toBe(EXIT.pass);
      expect(readFileSync(join(run.out, 'suite.md'), 'utf8')).toContain('[first](first/report.md)');
      expect(one.exit, one.output).toBe(EXIT.pass);
    }),
  );

  it(
    'passes on a healthy engine, and judges to the same again',
    onStage(async (run, stage) => {
      const { exit, output } = await run.runPlan().ended;
      const again = await run.steadfast(['judge', run.out]);

      expect(exit, output).toBe(EXIT.pass);
      expect(run.report()).toMatchObject({ verdict: 'pass', experiments: [{ proof: { state: 'proven' } }] });
      expect(again.exit, again.output).toBe(EXIT.pass);
      expect(await stage.faultsInPlace()).toEqual([]);
    }),
  );

  for (const state of ['started', 'requested', 'injected', 'recovering', 'recovered'] as const)
    it(
      `removes the fault, writes the report and ends with 30 on SIGTERM once it has ${state}`,
      onStage(async (run, stage) => {
        const { child, ended } = run.runPlan();
        await run.until(state, ended);

        child.kill('SIGTERM');
        const { exit, output } = await ended;

        expect(exit, output).toBe(EXIT.aborted);
        expect(await stage.faultsInPlace()).toEqual([]);
        expect(run.report().verdict).not.toBe('pass');
        expect(run.report().aborted).toBe('stopped by SIGTERM');
      }),
    );

  for (const state of ['started', 'requested', 'injected', 'recovering', 'recovered'] as const)
    it(
      `never judges to pass after kill -9 once it has ${state}, and the next start removes the fault`,
      onStage(async (run, stage) => {
        const { child, ended } = run.runPlan();
        await run.until(state, ended);

        child.kill('SIGKILL');
        await ended;
        const judged = await run.steadfast(['judge', run.out]);
        const swept = await run.steadfast(['sweep']);

        expect(judged.exit, judged.output).not.toBe(EXIT.pass);
        expect(swept.exit, swept.output).toBe(EXIT.pass);
        expect(await stage.faultsInPlace()).toEqual([]);
      }),
    );

  it(
    'removes what a killed run left behind before it breaks anything new',
    onStage(async (run, stage) => {
      const { child, ended } = run.runPlan();
      await run.until('injected', ended);
      child.kill('SIGKILL');
      await ended;
      expect(await stage.faultsInPlace()).not.toEqual([]);

      const next = await stage.newRun().runPlan().ended;

      expect(next.output).toContain('removed what run first-');
      expect(next.exit, next.output).toBe(EXIT.pass);
      expect(await stage.faultsInPlace()).toEqual([]);
    }),
  );

  it(
    'injects nothing and ends with 69 when the service is down before the fault',
    onStage(async (run) => {
      const { exit, output } = await run.runPlan(FIRST_PLAN, { ENGINE_EVENTS: 'tcp://127.0.0.1:1' }).ended;

      expect(exit, output).toBe(EXIT.notReady);
      expect(run.timeline()).not.toContain('"requested"');
      expect(output).toMatch(/open-before did not pass: 0%, at least 100% asked; mostly: \S+/);
    }),
  );

  it(
    'injects nothing and ends with 69 when the driver has nothing to break with',
    onStage(async (run) => {
      const { exit, output } = await run.runPlan(FIRST_PLAN, { TOXIPROXY_URL: 'http://127.0.0.1:1' }).ended;

      expect(exit, output).toBe(EXIT.notReady);
      expect(run.timeline()).toContain('"state":"failed"');
    }),
  );

  it(
    'goes on when nobody reads what it prints',
    onStage(async (run) => {
      const { child, ended } = run.runPlan();
      child.stdout!.destroy();
      child.stderr!.destroy();

      const { exit } = await ended;

      expect(exit).toBe(EXIT.pass);
    }),
  );

  it(
    'refuses a wrong plan with 64 before anything is touched',
    onStage(async (run) => {
      const wrong = planIn(run, firstPlan.replace('interval: 100ms', 'intervall: 100'));

      const { exit, output } = await run.runPlan(wrong).ended;

      expect(exit).toBe(EXIT.badPlan);
      expect(output).toMatch(/wanted\.yaml:\d+:\d+: spec\.probes\[0\]\.intervall: /);
      expect(output).toContain('interval');
      expect(run.timeline()).toBe('');
    }),
  );
});
