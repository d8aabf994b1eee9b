import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { planJsonSchema } from '../../src/plan/json-schema.ts';
import { fakeRegistries } from './fake-registries.ts';

const PLANS = join(import.meta.dirname, '../plans');
const schema = planJsonSchema(fakeRegistries);
const accepts = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

function planOf(folder: string, name: string): unknown {
  return parse(readFileSync(join(PLANS, folder, name), 'utf8'));
}

function plansIn(folder: string): string[] {
  return readdirSync(join(PLANS, folder)).filter((name) => name.endsWith('.yaml'));
}

describe('the JSON Schema takes a plan that the loader takes', () => {
  test.each([...plansIn('good').map((name) => ['good', name]), ...plansIn('warned').map((name) => ['warned', name])])(
    '%s/%s',
    (folder, name) => {
      expect(accepts.safeParse(planOf(folder!, name!)).error?.issues).toBeUndefined();
    },
  );
});

test.each([
  'unknown-key-of-plan',
  'unknown-key-of-probe',
  'unknown-key-of-config',
  'unknown-type-of-probe',
  'unknown-driver',
  'unknown-phase',
  'no-indicator',
  'quantile-out-of-range',
  'empty-spec',
])('the JSON Schema refuses %s', (name) => {
  expect(accepts.safeParse(planOf('bad', `${name}.yaml`)).success).toBe(false);
});

test('secrets are marked, and every type is told by its word', () => {
  const text = JSON.stringify(schema);

  expect(text).toContain('"writeOnly":true');
  expect(text).not.toContain('"secret":true');
  for (const type of [...fakeRegistries.probes.keys(), ...fakeRegistries.drivers.keys()])
    expect(text).toContain(`"const":"${type}"`);
});
