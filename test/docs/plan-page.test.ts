import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/plan/diagnostic.ts';
import { loadFiles } from '../../src/plan/load.ts';
import * as envelope from '../../src/plan/schema/envelope.ts';
import * as faults from '../../src/plan/schema/faults.ts';
import * as instruments from '../../src/plan/schema/instruments.ts';
import * as objectives from '../../src/plan/schema/objective.ts';
import { registries } from '../../src/registries.ts';
import { codeBlocks, readPage, sectionOf } from './pages.ts';

const page = readPage('plan.md');
const blocks = codeBlocks(page, 'yaml');
const plans = blocks.filter((text) => text.startsWith('apiVersion'));
const wrong = blocks.filter((text) => text.startsWith('# wrong.yaml'));

function diagnosticsOf(file: string, text: string): string[] {
  const { diagnostics } = loadFiles([{ file, text, fromDirectory: false }], registries, { LAG_GROUP: 'goals' });
  return diagnostics.map(formatDiagnostic);
}

test('the page has a whole plan and a wrong one', () => {
  expect([plans.length, wrong.length]).toEqual([1, 1]);
});

test.each(plans)('the loader takes plan %$ of the page, without a warning', (text) => {
  expect(diagnosticsOf('plan.yaml', text)).toEqual([]);
});

test('of the wrong plan `check` says what the page says', () => {
  const shown = codeBlocks(sectionOf(page, '## What `check` says'), 'text');

  expect(shown).toEqual([`${diagnosticsOf('wrong.yaml', wrong[0]!).join('\n')}\n`]);
});

const keys: [section: string, keys: string[]][] = [
  ['## `metadata`', Object.keys(envelope.envelope.shape.metadata.shape)],
  ['## `phases`', Object.keys(faults.phases.shape)],
  ['## `limits`', [...Object.keys(faults.limits.shape), ...Object.keys(faults.stopCondition.shape)]],
  ['## `probes`', Object.keys(instruments.probe.shape)],
  ['## `baselines`', Object.keys(instruments.baseline.shape)],
  ['## `experiments`', Object.keys(faults.experiment.shape)],
  ['## `objectives`', Object.keys(objectives.objective.shape)],
  ['### Indicators', Object.values(objectives.indicators).flatMap(({ shape }) => Object.keys(shape))],
  ['### Limits', Object.values(objectives.comparisons).flatMap(({ shape }) => Object.keys(shape))],
  ['### `expect`', Object.keys(objectives.expectation.shape)],
];

test.each(keys)('%s names every key that may stand there', (heading, expected) => {
  const section = heading === '### Indicators' ? sectionOf(page, '## `objectives`') : sectionOf(page, heading);

  expect(expected.filter((key) => !new RegExp(`\`[^\`]*\\b${key}\\b[^\`]*\``).test(section))).toEqual([]);
});

test('each list and map of `spec` has a section', () => {
  const headings = [...page.matchAll(/^## `(\w+)`$/gm)].map(([, key]) => key);

  expect(Object.keys(envelope.specKeys.shape).filter((key) => !headings.includes(key))).toEqual([]);
});
