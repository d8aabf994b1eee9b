import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Diagnostic, formatDiagnostic } from '../../src/plan/diagnostic.ts';
import { loadFiles } from '../../src/plan/load.ts';
import { readIncluded } from '../../src/plan/read-included.ts';
import { fakeRegistries } from './fake-registries.ts';

const PLANS = join(import.meta.dirname, '../plans');
const ENVIRONMENT = { LAG_GROUP: 'sync', INJECTION: 'g, topics: [evil]}', API_TOKEN: 'topsecret-value' };
const REWRITE = process.env['UPDATE_EXPECTED'] === '1';

function loadCase(path: string) {
  const file = { file: basename(path), text: readFileSync(path, 'utf8'), fromDirectory: false };
  const read = (included: string) => readIncluded(resolve(dirname(path), included));
  return loadFiles([file], fakeRegistries, ENVIRONMENT, { read });
}

function casesIn(folder: string): string[] {
  return readdirSync(join(PLANS, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replace(/\.yaml$/, ''));
}

function expectDiagnostics(folder: string, name: string, diagnostics: Diagnostic[]): void {
  const actual = diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic)}\n`).join('');
  const expected = join(PLANS, folder, `${name}.txt`);
  if (REWRITE) writeFileSync(expected, actual);
  const wanted = existsSync(expected) ? readFileSync(expected, 'utf8') : '(no expectation is written yet)';
  expect(actual, `diagnostics of ${folder}/${name}.yaml; UPDATE_EXPECTED=1 rewrites the expectation`).toBe(wanted);
}

describe('a bad plan is refused, with everything that is wrong at its place', () => {
  test.each(casesIn('bad'))('%s', (name) => {
    const { plans, diagnostics } = loadCase(join(PLANS, 'bad', `${name}.yaml`));

    expectDiagnostics('bad', name, diagnostics);
    expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
    // Of two plans of one name the first is sound.
    expect(plans.length).toBe(name === 'plan-name-stands-twice' ? 1 : 0);
  });
});

describe('a doubtful plan loads, with warnings', () => {
  test.each(casesIn('warned'))('%s', (name) => {
    const { plans, diagnostics } = loadCase(join(PLANS, 'warned', `${name}.yaml`));

    expectDiagnostics('warned', name, diagnostics);
    expect(diagnostics.map(({ severity }) => severity)).not.toContain('error');
    expect(diagnostics).not.toEqual([]);
    expect(plans).toHaveLength(1);
  });
});

describe('a good plan loads', () => {
  test.each(casesIn('good'))('%s', (name) => {
    const { plans, diagnostics } = loadCase(join(PLANS, 'good', `${name}.yaml`));

    expectDiagnostics('good', name, diagnostics);
    expect(plans).toHaveLength(1);
  });
});
