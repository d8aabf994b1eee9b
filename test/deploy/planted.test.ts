import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Expected } from '../real/cluster/violation.ts';
import { kvViolations } from '../real/cluster/violations-kv.ts';
import { workerViolations } from '../real/cluster/violations-worker.ts';
import { REPOSITORY } from '../repository/planted-tree.ts';
import { shippedExperiments, withDefaults } from './shipped-experiments.ts';

const page = readFileSync(join(REPOSITORY, 'docs/experiments.md'), 'utf8');

/** The objectives of a row of the table of promises, by promise. */
function promisesOf(suite: string, row: string): Map<string, string[]> {
  const [header, , ...rows] = page
    .split(`<!-- promises-${suite} -->`)[1]!
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '));
  const cells = [rows, [header!]].flat().find(([first]) => first === row)!;
  const objectives = (cell: string) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!);
  return new Map(header!.slice(1).map((promise, index) => [promise.toLowerCase(), objectives(cells[index + 1]!)]));
}

describe.each<{ suite: string; row: string; violations: readonly Expected[] }>([
  { suite: 'kv-event-sync', row: 'A4', violations: kvViolations },
  { suite: 'temporal-worker', row: 'B7', violations: workerViolations },
])('the promises of $suite', ({ suite, row, violations }) => {
  const promises = promisesOf(suite, row);

  it.each([...promises.keys()])('%s: each objective that holds it is broken on purpose once', (promise) => {
    const broken = violations.filter((violation) => violation.promise === promise);

    expect(broken.map(({ objective }) => objective).sort()).toEqual(promises.get(promise)!.sort());
    expect(
      broken.some(({ usual }) => usual),
      'none of them is tried usually',
    ).toBe(true);
  });

  it('are all that is broken, and what decides nothing is said to', () => {
    const { plan } = shippedExperiments().find((each) => each.row === row)!;
    const { objectives } = parse(withDefaults(readFileSync(plan, 'utf8'))).spec as {
      objectives: { name: string; severity?: string }[];
    };
    const warns = objectives.filter(({ severity }) => severity === 'warning').map(({ name }) => name);
    const alone = violations.filter(({ mayMissToo }) => mayMissToo === undefined);

    expect(violations.map(({ promise }) => promise).filter((promise) => !promises.has(promise))).toEqual([]);
    for (const { objective, warns: said = false } of alone) expect(said, objective).toBe(warns.includes(objective));
  });
});
