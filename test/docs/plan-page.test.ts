import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/plan/diagnostic.ts';
import { loadFiles } from '../../src/plan/load.ts';
import * as envelope from '../../src/plan/schema/envelope.ts';
import * as faults from '../../src/plan/schema/faults.ts';
import * as instruments from '../../src/plan/schema/instruments.ts';
import * as objectives from '../../src/plan/schema/objective.ts';
import { registries } from '../../src/registries.ts';
import { parseDuration } from '../../src/slo/model/quantity.ts';
import { codeBlocks, readPage, sectionOf, tableRows } from './pages.ts';

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
  ['## `limits`', [...Object.keys(faults.limits.shape), ...Object.keys(faults.stopCondition.unwrap().shape)]],
  ['## `probes`', Object.keys(instruments.probe.shape)],
  ['## `baselines`', Object.keys(instruments.baseline.unwrap().shape)],
  ['## `experiments`', Object.keys(faults.experiment.shape)],
  ['## `objectives`', Object.keys(objectives.objective.shape)],
  ['### Indicators', Object.values(objectives.indicators).flatMap((form) => Object.keys(form.unwrap().shape))],
  ['### Limits', Object.values(objectives.comparisons).flatMap((form) => Object.keys(form.unwrap().shape))],
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

const BARE = `
apiVersion: steadfast/v1
kind: Plan
metadata: {name: bare}
spec:
  limits: {abortWhen: [{query: up, source: prom, below: 1}]}
  sources: [{name: prom, type: prometheus, config: {url: "http://prom:9090"}}]
  probes: [{name: port, type: tcp, config: {address: "gateway:8080"}}]
  baselines: [{name: before, source: prom, query: up, window: {last: 1h}}, {name: now, source: prom, query: up, instant: true}]
  experiments: [{name: drill, driver: none, duration: 30s, config: {keys: true}}]
  objectives: [{name: open, phase: steady, indicator: {ratio: port}, atLeast: 100%}]
`;

/** What the second cell of a key's row says, without marks. */
function usual(heading: string, key: string): string {
  const row = tableRows(sectionOf(page, heading)).find(([cell]) => cell!.includes(`\`${key}\``));
  return row?.[1]?.replaceAll('`', '') ?? 'no such row';
}

function ms(text: string): number {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.quantity.value : Number.NaN;
}

test('what the page calls a default is what the loader takes', () => {
  const { plans: loaded } = loadFiles([{ file: 'bare.yaml', text: BARE, fromDirectory: false }], registries, {});
  const { phases, limits, baselines, objectives: judged, probes } = loaded[0]!.plan;

  expect(phases).toEqual({
    steadyMs: ms(usual('## `phases`', 'steady')),
    recoveryMs: ms(usual('## `phases`', 'recovery')),
    settleMs: ms(usual('## `phases`', 'settle')),
  });
  expect(usual('## `limits`', 'maxFault')).toBe('twice the longest duration, and 60s');
  expect(limits.maxFaultMs).toBe(2 * 30_000 + 60_000);
  expect(limits.maxTargets).toBe(Number(usual('## `limits`', 'maxTargets')));
  expect(limits.abortWhen[0]!.forMs).toBe(ms(usual('## `limits`', 'for')));
  expect(probes[0]!.at).toBe(usual('## `probes`', 'at'));
  expect(baselines.map(({ stat }) => stat)).toContain(usual('## `baselines`', 'stat'));
  expect(`${baselines[0]!.minPoints}, for instant ${baselines[1]!.minPoints}`).toBe(
    usual('## `baselines`', 'minPoints'),
  );
  expect(judged[0]!.severity).toBe(usual('## `objectives`', 'severity'));
  expect(`${judged[0]!.tolerateMissing * 100}%`).toBe(usual('## `objectives`', 'tolerateMissing'));
});
