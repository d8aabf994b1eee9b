import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecording } from '../../src/cli/judge-command.ts';
import { exitCodeOf } from '../../src/cli/outcome.ts';
import { formatDiagnostic } from '../../src/plan/diagnostic.ts';
import { load } from '../../src/plan/load.ts';
import { registries } from '../../src/registries.ts';
import { judge } from '../../src/slo/judge.ts';
import type { Plan } from '../../src/slo/model/plan.ts';
import { renderJson } from '../../src/slo/render/json.ts';
import { renderJunit } from '../../src/slo/render/junit.ts';
import { renderMarkdown } from '../../src/slo/render/markdown.ts';
import { planText } from './plans.ts';
import { GOLDEN_CASES, timelineText } from './worlds.ts';

/** UPDATE_GOLDEN=1 writes what is judged today; UPDATE_GOLDEN=inputs makes plans and timelines anew as well. */
const UPDATE = process.env['UPDATE_GOLDEN'];

for (const [name, golden] of Object.entries(GOLDEN_CASES))
  describe(name, () => {
    const folder = join(import.meta.dirname, name);

    it('is judged and shown as it was before', async () => {
      if (UPDATE === 'inputs') await writeInputs(name, folder);
      const plan = await planIn(folder);

      const report = judge(plan, readRecording(join(folder, 'timeline.ndjson')));

      compare(folder, 'report.json', renderJson(report));
      compare(folder, 'report.md', renderMarkdown(report));
      compare(folder, 'junit.xml', renderJunit(report));
      compare(folder, 'exit', `${exitCodeOf(report)}\n`);
    });

    it('still comes from the world that describes it', async () => {
      expect(readFileSync(join(folder, 'plan.yaml'), 'utf8')).toBe(planText(name, golden.plan));
      expect(readFileSync(join(folder, 'timeline.ndjson'), 'utf8')).toBe(timelineText(golden, await planIn(folder)));
    });
  });

function compare(folder: string, file: string, text: string): void {
  const path = join(folder, file);
  if (UPDATE !== undefined) writeFileSync(path, text);
  expect(existsSync(path), `${path} is missing: run with UPDATE_GOLDEN=1 and read what it writes`).toBe(true);
  expect(text, `${path} differs: if that is right, run with UPDATE_GOLDEN=1`).toBe(readFileSync(path, 'utf8'));
}

async function writeInputs(name: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const golden = GOLDEN_CASES[name]!;
  writeFileSync(join(folder, 'plan.yaml'), planText(name, golden.plan));
  writeFileSync(join(folder, 'timeline.ndjson'), timelineText(golden, await planIn(folder)));
}

async function planIn(folder: string): Promise<Plan> {
  const { plans, diagnostics } = await load([join(folder, 'plan.yaml')], registries, {});
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors.map(formatDiagnostic).join('\n')).toBe('');
  return plans[0]!.plan;
}
