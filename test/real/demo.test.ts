import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Break, breaks } from '../../lab/demo/breaks.ts';
import {
  alertsAfter,
  type DemoRun,
  judgeBreak,
  runPlanOn,
  startDemoLab,
  untilHealthy,
} from '../../lab/demo/run-demo.ts';
import type { Lab } from '../../lab/lab.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';

const PLAN = 'examples/demo.yaml';

/** Planted violations: for each promise of the demo's plan a run in which exactly that promise is broken. */
describe('the demo on real servers', () => {
  let lab: Lab;
  const folder = mkdtempSync(join(tmpdir(), 'steadfast-demo-'));
  beforeAll(async () => {
    lab = await startDemoLab(() => undefined, 'demo-test');
  });
  afterAll(async () => {
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(plan: string, planted?: Break): Promise<DemoRun & { output: string }> {
    const out = join(folder, planted?.objective ?? 'clean');
    const ran = await runPlanOn(lab, plan, out, planted, () => undefined, `${out}.log`);
    return { ...ran, output: readFileSync(`${out}.log`, 'utf8') };
  }

  /** The demo's plan with one of its experiments: what is broken in one says nothing of the other, which has its own run of the whole plan. */
  function planOfOne(experiment: string): string {
    const file = join(folder, `${experiment}.yaml`);
    const plan = parse(readFileSync(PLAN, 'utf8'));
    const { experiments, objectives } = plan.spec as DemoSpec;
    plan.spec.experiments = experiments.filter(({ name }) => name === experiment);
    plan.spec.objectives = objectives.filter((objective) => objective.experiments.includes(experiment));
    writeFileSync(file, stringify(plan));
    return file;
  }

  it('passes when nothing else is broken', async () => {
    const { report, exit, output } = await run(PLAN);

    expect(report?.summary, output).toBe(`pass: all ${breaks.length} critical objectives were met`);
    expect(exit).toBe(EXIT.pass);
    expect(report!.deliveries.map(({ exporter, state }) => `${exporter} ${state}`)).toEqual([
      'metrics delivered',
      'pushgateway delivered',
    ]);
    expect(report!.experiments.map(({ proof }) => proof.state)).toEqual(['proven', 'proven']);
  });

  for (const planted of breaks)
    it(`${planted.objective} alone fails when ${planted.summary}`, async () => {
      await untilHealthy(lab);

      const broken = await run(planOfOne(planted.experiment), planted).finally(() => planted.mend(lab));

      expect(judgeBreak(broken, planted), broken.output).toBeUndefined();
      expect(broken.exit).not.toBe(EXIT.pass);
      expect(await alertsAfter(lab, `SteadfastObjectiveFailed ${planted.objective}`)).toContain(
        `SteadfastObjectiveFailed ${planted.objective}`,
      );
    });
});

interface DemoSpec {
  experiments: { name: string }[];
  objectives: { experiments: string[] }[];
}
