import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/plan/diagnostic.ts';
import { loadFiles } from '../../src/plan/load.ts';
import { MAX_PLAN_BYTES } from '../../src/plan/read-files.ts';
import { fakeRegistries } from './fake-registries.ts';

const largest = MAX_PLAN_BYTES - 200;

function often(text: string): string {
  return text.repeat(Math.floor(largest / text.length));
}

const nested = Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}a:`);
const manyKeys = Array.from({ length: largest / 10 }, (_, key) => `k${key}: 1`);
const header = 'apiVersion: steadfast/v1\nkind: Plan\nmetadata: {name: a}\nspec:\n  probes:\n';

const hostile: Record<string, string> = {
  'a list that opens again and again': often('['),
  'a map that opens again and again': often('{a: '),
  'a list in a list in a list, closed': '['.repeat(largest / 2) + ']'.repeat(largest / 2),
  'indentation without end': nested.join('\n'),
  'a map of very many keys': manyKeys.join('\n'),
  'one key very often': often('k: 1\n'),
  'very many documents': often('---\na\n'),
  'very many references': `a: "${often(`\${X}`)}"`,
  'very many open references': `a: "${often(`\${`)}"`,
  'very many anchors and aliases': `a: &a [x]\nb: [${often('*a,').slice(30)}]`,
  'a very long key': `${'k'.repeat(largest)}: 1`,
  'very many probes': header + often('    - {}\n'),
  'a file beyond the limit': often('# filler\n') + often('x'),
};

test.each(Object.entries(hostile))('refused in a few seconds: %s', (_, text) => {
  const begun = performance.now();

  const { plans, diagnostics } = loadFiles([{ file: 'plan.yaml', text, fromDirectory: false }], fakeRegistries, {});

  expect(plans).toEqual([]);
  expect(diagnostics.length).toBeGreaterThan(0);
  expect(diagnostics.length).toBeLessThan(600);
  expect(diagnostics.map(formatDiagnostic).join('').length).toBeLessThan(1e6);
  expect(performance.now() - begun).toBeLessThan(8000);
});
