import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { judgeCommand } from '../../src/cli/judge-command.ts';
import { registries } from '../../src/registries.ts';

const RECORDED = join(import.meta.dirname, '../golden/range-vector-reaching-out-of-the-phase');
const scratch = mkdtempSync(join(tmpdir(), 'steadfast-judge-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Judges the recorded run with objectives that were changed since. */
async function judgeWith(change: (plan: string) => string) {
  const plan = join(scratch, 'plan.yaml');
  writeFileSync(plan, change(readFileSync(join(RECORDED, 'plan.yaml'), 'utf8')));
  return judgeAgain([RECORDED, '--plan', plan]);
}

async function judgeAgain(args: string[]) {
  const shown = { stdout: '', stderr: '' };
  const exit = await judgeCommand(args, {
    stdout: (text) => {
      shown.stdout += text;
    },
    stderr: (text) => {
      shown.stderr += text;
    },
    env: {},
    registries,
  });
  return { exit, ...shown };
}

describe('judging a recorded run with other objectives', () => {
  it('tries another limit on the answer that was recorded', async () => {
    const { exit, stdout } = await judgeWith((plan) => plan.replace('atMost: 1\n', 'atMost: 2\n'));

    expect(exit).toBe(EXIT.inconclusive);
    expect(stdout).toContain('few-errors');
  });

  it('does not take the answer to one query for the answer to another', async () => {
    const { exit, stderr } = await judgeWith((plan) => plan.replace('errors_total[1m]', 'errors_total[10s]'));

    expect(exit).toBe(EXIT.badPlan);
    expect(stderr).toContain('objective few-errors: the run recorded the answer to another query');
  });

  it('does not take the answer over one phase for the answer over another', async () => {
    const { exit, stderr } = await judgeWith((plan) =>
      plan.replace(/(few-errors[\s\S]*?phase: )\w+/, (_, start: string) => `${start}impact`),
    );

    expect(exit).toBe(EXIT.badPlan);
    expect(stderr).toContain('objective few-errors: the run recorded the answer to another query');
  });

  it('says whose objectives they are', async () => {
    const { stdout } = await judgeWith((plan) => plan.replace('atMost: 1\n', 'atMost: 2\n'));

    expect(stdout).toMatch(/judged .*by the objectives of .*plan\.yaml, sha256:[0-9a-f]{64}/);
  });

  it('knows no answer to an objective that is new', async () => {
    const { exit, stdout } = await judgeWith((plan) => plan.replace('few-errors', 'fewer-errors'));

    expect(exit).toBe(EXIT.inconclusive);
    expect(stdout).toContain('holds no answer to this query');
  });
});

describe('judging a folder that is not as a run left it', () => {
  const CLEAN = join(import.meta.dirname, '../golden/clean-pass');
  const copy = (name: string): string => {
    cpSync(CLEAN, join(scratch, name), { recursive: true });
    return join(scratch, name);
  };

  it('says that the plan is not the one of the recording', async () => {
    const folder = copy('other-plan');
    const timeline = readFileSync(join(folder, 'timeline.ndjson'), 'utf8');
    writeFileSync(join(folder, 'timeline.ndjson'), timeline.replace(/"digest":"[^"]*"/, '"digest":"sha256:0"'));

    const { stdout } = await judgeAgain([folder, '--out', join(scratch, 'judged')]);

    expect(stdout).toContain('judged by a plan whose digest is not that of the run, sha256:0');
    expect(readFileSync(join(scratch, 'judged/report.json'), 'utf8')).not.toContain('"digest": "sha256:0"');
  });

  it('never passes an empty timeline', async () => {
    const folder = copy('empty');
    writeFileSync(join(folder, 'timeline.ndjson'), '');

    const { exit, stdout } = await judgeAgain([folder]);

    expect(exit).toBe(EXIT.inconclusive);
    expect(stdout).toContain('the timeline has no header');
  });

  it('asks for the folder of a run where the timeline is none', async () => {
    const folder = copy('no-file');
    rmSync(join(folder, 'timeline.ndjson'));
    mkdirSync(join(folder, 'timeline.ndjson'));

    const { exit, stderr } = await judgeAgain([folder]);

    expect(exit).toBe(EXIT.badPlan);
    expect(stderr).toContain('timeline.ndjson cannot be read: is ');
  });

  it('shows the verdict though the report cannot be written where it was asked for', async () => {
    const { exit, stdout, stderr } = await judgeAgain([CLEAN, '--out', join(CLEAN, 'plan.yaml')]);

    expect(exit).toBe(EXIT.badPlan);
    expect(stdout).toContain('PASS');
    expect(stderr).toContain('The report cannot be written to ');
  });
});
