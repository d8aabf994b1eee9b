import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  const shown = { stdout: '', stderr: '' };
  const exit = await judgeCommand([RECORDED, '--plan', plan], {
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

  it('knows no answer to an objective that is new', async () => {
    const { exit, stdout } = await judgeWith((plan) => plan.replace('few-errors', 'fewer-errors'));

    expect(exit).toBe(EXIT.inconclusive);
    expect(stdout).toContain('holds no answer to this query');
  });
});
