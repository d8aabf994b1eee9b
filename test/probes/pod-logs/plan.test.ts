/** A plan whose objectives name what only a probe's config names. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../../src/plan/diagnostic.ts';
import { loadFiles } from '../../../src/plan/load.ts';
import { registries } from '../../../src/registries.ts';

const EXAMPLE = readFileSync(new URL('../../../examples/clear-logs.yaml', import.meta.url), 'utf8');

function diagnosticsOf(text: string): string[] {
  return loadFiles([{ file: 'plan.yaml', text, fromDirectory: false }], registries, {}).diagnostics.map(
    formatDiagnostic,
  );
}

test('a pattern that nobody has named is told, with the one that was meant', () => {
  const [told, ...more] = diagnosticsOf(
    EXAMPLE.replace('total: gateway-logs.names-peer', 'total: gateway-logs.names-pear'),
  );

  expect(more).toEqual([]);
  expect(told).toContain('did you mean gateway-logs.names-peer?');
});

test('a pattern that is wrong is told once, and not at each objective that names it', () => {
  const [told, ...more] = diagnosticsOf(EXAMPLE.replace('matches: "^(panic:', 'matches: "^((panic:'));

  expect(more).toEqual([]);
  expect(told).toContain('not a pattern: a "(" without its ")"');
  expect(told).toContain('hint:    write it without references back, looks around and named groups');
});
