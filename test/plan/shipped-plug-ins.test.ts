import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { formatDiagnostic } from '../../src/plan/diagnostic.ts';
import { planJsonSchema } from '../../src/plan/json-schema.ts';
import { loadFiles } from '../../src/plan/load.ts';
import { registries } from '../../src/registries.ts';

const GOOD = readFileSync(join(import.meta.dirname, '../plans/good/kv-event-sync.yaml'), 'utf8');
const schema = planJsonSchema(registries) as Parameters<typeof z.fromJSONSchema>[0];
const accepts = z.fromJSONSchema(schema);

type Spec = Record<string, Record<string, unknown>[]>;

/** The good plan with an example in one of its lists; an entry of the same name gives way. */
function planWith(list: string, example: string): Record<string, unknown> {
  const plan = parse(GOOD) as { spec: Spec };
  const entry = parse(example) as Record<string, unknown>;
  const others = (plan.spec[list] ?? []).filter(({ name }) => name === undefined || name !== entry['name']);
  return { ...plan, spec: { ...plan.spec, [list]: [...others, entry] } };
}

function errorsOf(text: string): string[] {
  const { diagnostics } = loadFiles([{ file: 'plan.yaml', text, fromDirectory: false }], registries, {
    LAG_GROUP: 'sync',
  });
  return diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic);
}

test('the plan of the design is read with the plug-ins that ship', () => {
  expect(errorsOf(GOOD)).toEqual([]);
});

const examples = [
  ...[...registries.probes.values()].map(({ type, example }) => ['probes', type, example]),
  ...[...registries.drivers.values()].map(({ type, example }) => ['experiments', type, example]),
  ...[...registries.sources.values()].map(({ type, example }) => ['sources', type, example]),
  ...[...registries.vantages.values()].map(({ type, example }) => ['vantages', type, example]),
  ...[...registries.exporters.values()].map(({ type, example }) => ['exporters', type, example]),
] as [string, string, string][];

describe('the example of a plug-in stands in a plan that the loader and the JSON Schema take', () => {
  test.each(examples)('%s: %s', (list, _, example) => {
    const plan = planWith(list, example);

    expect(errorsOf(stringify(plan))).toEqual([]);
    expect(accepts.safeParse(plan).error?.issues).toBeUndefined();
  });
});

const configs = Object.entries(registries).flatMap(
  ([kind, types]: [string, ReadonlyMap<string, { config: z.ZodType }>]) =>
    [...types].map(([type, { config }]): [string, string, z.ZodType] => [kind, type, config]),
);

test.each(configs)('%s: the schema of %s is built only for a plan that names it', (_kind, _type, config) => {
  expect(config, 'wrap it in z.lazy: every command that reads a plan would wait for it').toBeInstanceOf(z.ZodLazy);
});
