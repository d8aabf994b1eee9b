import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Expected } from '../real/cluster/violation.ts';
import { kvViolations } from '../real/cluster/violations-kv.ts';
import { pathViolations } from '../real/cluster/violations-path.ts';
import { cutOffViolations, workerViolations } from '../real/cluster/violations-worker.ts';
import { REPOSITORY } from '../repository/planted-tree.ts';
import { shippedExperiments, withDefaults } from './shipped-experiments.ts';

const page = readFileSync(join(REPOSITORY, 'docs/experiments.md'), 'utf8');

/** The objectives of the suite's rows, by promise: of one row, or of all. */
function promisesOf(suite: string, row?: string): Map<string, Set<string>> {
  const [header, , ...rows] = page
    .split(`<!-- promises-${suite} -->`)[1]!
    .split(`<!-- /promises-${suite} -->`)[0]!
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '));
  const cells = rows.filter(([first]) => row === undefined || first === row);
  const objectives = (column: number) =>
    cells.flatMap((each) => [...each[column]!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!));
  return new Map(header!.slice(1).map((promise, index) => [promise.toLowerCase(), new Set(objectives(index + 1))]));
}

interface Broken {
  row: string;
  violations: readonly Expected[];
}

describe.each<{ suite: string; broken: Broken[] }>([
  {
    suite: 'kv-event-sync',
    broken: [
      { row: 'A4', violations: kvViolations },
      { row: 'A1', violations: pathViolations },
    ],
  },
  {
    suite: 'temporal-worker',
    broken: [
      { row: 'B7', violations: workerViolations },
      { row: 'B6', violations: cutOffViolations },
    ],
  },
])('the promises of $suite', ({ suite, broken }) => {
  const promises = promisesOf(suite);
  const all = broken.flatMap(({ violations }) => violations);

  it.each([...promises.keys()])('%s: each objective of any row that holds it is broken on purpose once', (promise) => {
    const ofIt = all.filter((violation) => violation.promise === promise);

    expect(ofIt.map(({ objective }) => objective).sort()).toEqual([...promises.get(promise)!].sort());
    expect(
      ofIt.some(({ usual }) => usual),
      'none of them is tried usually',
    ).toBe(true);
  });

  it.each(broken)('$row has what is broken there, and what decides nothing is said to', ({ row, violations }) => {
    const { plan } = shippedExperiments().find((each) => each.row === row)!;
    const { objectives } = parse(withDefaults(readFileSync(plan, 'utf8'))).spec as {
      objectives: { name: string; severity?: string }[];
    };
    const warns = objectives.filter(({ severity }) => severity === 'warning').map(({ name }) => name);
    const alone = violations.filter(({ mayMissToo }) => mayMissToo === undefined);
    const ofRow = promisesOf(suite, row);

    for (const { promise, objective } of violations) expect([...(ofRow.get(promise) ?? [])], row).toContain(objective);
    for (const { objective, warns: said = false } of alone) expect(said, objective).toBe(warns.includes(objective));
  });
});
