import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { load } from '../../src/plan/load.ts';
import { registries } from '../../src/registries.ts';
import { REPOSITORY } from '../repository/planted-tree.ts';
import { shippedExperiments, tableOf, variablesIn, withDefaults } from './shipped-experiments.ts';

const experiments = shippedExperiments();
const ROWS = [...numbered('A', 13), ...numbered('B', 13)];

it('ships all 26 rows', () => {
  expect(experiments.map(({ row }) => row)).toEqual(ROWS);
});

it('has a row in the docs for each, that leads to its plan and says what was wrong and what becomes of it in the lab', () => {
  const rows = tableOf('experiments');

  expect(rows.map(([row]) => row)).toEqual(ROWS);
  for (const [row, link, described, repair, lab] of rows) {
    const { plan, name } = experiments.find((each) => each.row === row)!;
    expect(link).toBe(`[${name.replace(/^\w+-/, '')}](../${relative(REPOSITORY, plan)})`);
    expect(described, `${row}: as described`).toMatch(/\w/);
    expect(repair, `${row}: what was wrong`).toMatch(/\w.*\./);
    expect(['runs', 'netem node', 'stand-in', 'webhook only'], `${row}: in the lab`).toContain(lab);
  }
});

it('explains each variable that a plan or a manifest reads, with the defaults that it has there, and no other', () => {
  const shipped = new Map<string, Set<string>>();
  for (const { plan, manifest } of experiments)
    for (const { name, fallback } of variablesIn(`${read(plan)}\n${read(manifest)}`)) {
      shipped.set(name, (shipped.get(name) ?? new Set()).add(fallback ?? ''));
    }
  const explained = tableOf('parameters').map(([name, fallback]) => [name?.replaceAll('`', ''), defaultsIn(fallback)]);

  expect(Object.fromEntries(explained)).toEqual(
    Object.fromEntries([...shipped].map(([name, fallbacks]) => [name, [...fallbacks].sort()])),
  );
});

describe.each([
  ['kv-event-sync', 'A'],
  ['temporal-worker', 'B'],
])('the promises of %s', (suite, letter) => {
  const rows = tableOf(`promises-${suite}`);

  it('have a row for each experiment', () => {
    expect(rows.map(([row]) => row)).toEqual(ROWS.filter((row) => row.startsWith(letter)));
  });

  it.each(rows)('of %s are each held by an objective that is there, or it is said why not', (row, ...cells) => {
    const { plan } = experiments.find((each) => each.row === row)!;
    const { objectives } = parse(withDefaults(read(plan))).spec as { objectives: { name: string; phase: string }[] };
    const judged = objectives.filter(({ phase }) => phase !== 'steady').map(({ name }) => name);
    const named = cells.flatMap((cell) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!));

    expect(named.sort()).toEqual(judged.sort());
    for (const cell of cells) expect(cell, 'a cell is empty').toMatch(/^`|^— \w/);
  });
});

describe.each(experiments)('$row $name', ({ row, name, plan, manifest }) => {
  it('has one object in its own file', () => {
    const documents = parseAllDocuments(withDefaults(read(manifest)));
    const object = documents[0]?.toJS();

    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(documents).toHaveLength(1);
    expect(object.apiVersion).toBe('chaos-mesh.org/v1alpha1');
    expect(object.metadata.name).toBe(
      `${row.startsWith('A') ? 'kv-sync' : 'temporal-worker'}-${name.replace(/^\w+-/, '')}`,
    );
  });

  it('has a plan that goes by its name, and may touch only the namespaces of its selectors', () => {
    const { metadata, spec } = parse(withDefaults(read(plan)));
    const selected = namespacesIn(parse(withDefaults(read(manifest))));

    expect(metadata.name).toBe(name);
    expect(spec.experiments).toHaveLength(1);
    expect([...spec.limits.namespaces].sort()).toEqual(selected);
  });

  it('judges the steady phase and the recovery, both critical', () => {
    const { objectives } = parse(withDefaults(read(plan))).spec;
    const critical = objectives.filter(({ severity }: { severity?: string }) => severity === undefined);

    for (const phase of ['steady', 'recovery'])
      expect(critical.filter((each: { phase: string }) => each.phase === phase).length, phase).toBeGreaterThan(0);
  });

  it('passes the check with nothing set but the consumer group', async () => {
    const { plans, diagnostics } = await load([plan], registries, { LAG_GROUP: 'consumers' });

    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(plans.map((loaded) => loaded.plan.name)).toEqual([name]);
  });

  it('says in its first line what happens', () => {
    expect(read(plan)).toMatch(new RegExp(`^# ${row}: .+`));
  });
});

function numbered(suite: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${suite}${index + 1}`);
}

function defaultsIn(cell: string | undefined): string[] {
  const found = [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
  return found.length > 0 ? found.sort() : [''];
}

/** Every namespace below a `selector`, sorted. */
function namespacesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const here = 'namespaces' in value && Array.isArray(value.namespaces) ? value.namespaces : [];
  return [...new Set([...here, ...Object.values(value).flatMap(namespacesIn)])].sort();
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}
