import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/plan/diagnostic.ts';
import { type Loaded, load, loadFiles } from '../../src/plan/load.ts';
import { MAX_PLAN_BYTES } from '../../src/plan/read-files.ts';
import { fakeRegistries } from './fake-registries.ts';

const GOOD = readFileSync(join(import.meta.dirname, '../plans/good/kv-event-sync.yaml'), 'utf8');
const ENVIRONMENT = { LAG_GROUP: 'sync' };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plans-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function loadText(text: string, env: Record<string, string> = ENVIRONMENT): Loaded {
  return loadFiles([{ file: 'plan.yaml', text, fromDirectory: false }], fakeRegistries, env);
}

function messages({ diagnostics }: Loaded): string[] {
  return diagnostics.map(formatDiagnostic);
}

test('what the plan leaves out is filled in', () => {
  const bare = GOOD.replace(/^ {2}(seed|phases).*\n/gm, '').replace(/^ {2}limits:[\s\S]*?(?=^ {2}sources)/m, '');

  const { plan } = loadText(bare.replace('      interval: 200ms\n      timeout: 1s\n', '')).plans[0]!;

  expect(plan.seed).toBe(2208936271);
  expect(plan.phases).toEqual({ steadyMs: 60_000, recoveryMs: 90_000, settleMs: 0 });
  expect(plan.limits).toEqual({ maxFaultMs: 120_000, maxTargets: 1, namespaces: [], abortWhen: [] });
  expect(plan.probes[0]).toMatchObject({ at: 'runner', intervalMs: 200, timeoutMs: 1000, onTimeout: 'bad' });
  expect(plan.probes[3]).toMatchObject({
    timeoutMs: 5000,
    instrument: expect.stringMatching(/^prom histogram_quantile/),
  });
  expect(plan.baselines[0]).toMatchObject({ lastMs: 3_600_000, stepMs: 15_000, stat: 'median', minPoints: 10 });
  expect(plan.objectives[1]).toMatchObject({
    severity: 'critical',
    tolerateMissing: 0,
    indicator: { successThreshold: 3, failureThreshold: 1 },
  });
});

test('an experiment overrides single phase lengths', () => {
  const { plan } = loadText(GOOD.replace('duration: 30s ', 'duration: 30s\n      phases: {settle: 6m}')).plans[0]!;

  expect(plan.experiments[0]!.phases).toEqual({ steadyMs: 60_000, recoveryMs: 90_000, settleMs: 360_000 });
});

test('every form of indicator and limit is read', () => {
  const more = `
    - {name: share, phase: fault, indicator: {ratio: kv-events, good: {lagSeconds: {atMost: 2s}}}, atLeast: 99.9%, tolerateMissing: 1%}
    - {name: impact, indicator: {timeToImpact: engine-port}, atLeast: 5s, experiments: [partition]}
    - {name: errors, phase: run, indicator: {query: "sum(errors)", source: prom, stat: {quantile: 0.9}, step: 5s}, atMost: {steady: true, plus: 0.5}}
    - {name: bytes, phase: run, indicator: {total: goal-lag.fetched}, atMost: 10MB}
`;

  const { plan } = loadText(GOOD.replace('  exporters:', `${more.trimStart().replace(/^/, '    ')}  exporters:`))
    .plans[0]!;

  expect(plan.objectives.slice(5)).toEqual([
    {
      name: 'share',
      phase: 'fault',
      indicator: {
        kind: 'ratio',
        probe: 'kv-events',
        good: { lagSeconds: { atMost: { value: 2000, unit: 'ms', text: '2s' } } },
      },
      bound: { op: 'atLeast', target: { kind: 'constant', quantity: { value: 0.999, unit: 'ratio', text: '99.9%' } } },
      severity: 'critical',
      tolerateMissing: 0.01,
    },
    {
      name: 'impact',
      phase: 'impact',
      indicator: { kind: 'timeToImpact', probe: 'engine-port', successThreshold: 3, failureThreshold: 1 },
      bound: { op: 'atLeast', target: { kind: 'constant', quantity: { value: 5000, unit: 'ms', text: '5s' } } },
      severity: 'critical',
      experiments: ['partition'],
      tolerateMissing: 0,
    },
    {
      name: 'errors',
      phase: 'run',
      indicator: { kind: 'query', query: 'sum(errors)', source: 'prom', stat: { quantile: 0.9 }, stepMs: 5000 },
      bound: { op: 'atMost', target: { kind: 'steady', times: 1, plus: { value: 0.5, unit: '1', text: '0.5' } } },
      severity: 'critical',
      tolerateMissing: 0,
    },
    {
      name: 'bytes',
      phase: 'run',
      indicator: { kind: 'total', probe: 'goal-lag', value: 'fetched' },
      bound: { op: 'atMost', target: { kind: 'constant', quantity: { value: 1e7, unit: 'bytes', text: '10MB' } } },
      severity: 'critical',
      tolerateMissing: 0,
    },
  ]);
});

test('zero fits every unit', () => {
  const { plans } = loadText(
    GOOD.replace(
      '{timeToRecover: kv-events, successThreshold: 3}, atMost: 30s',
      '{timeToRecover: kv-events}, atMost: 0',
    ),
  );

  expect(plans[0]!.plan.objectives[1]!.bound.target).toEqual({
    kind: 'constant',
    quantity: { value: 0, unit: 'ms', text: '0' },
  });
});

test('anchors, aliases and merge keys are understood', () => {
  const text = GOOD.replace(
    'indicator: {ratio: engine-port}, atLeast: 100%',
    'indicator: &port {ratio: engine-port}, atLeast: 100%',
  ).replace(
    '  exporters:',
    '    - {name: again, phase: recovery, indicator: {<<: *port}, atLeast: 50%}\n    - {name: once-more, phase: recovery, indicator: *port, atLeast: 50%}\n  exporters:',
  );

  const { plans } = loadText(text);

  expect(plans[0]!.plan.objectives.slice(5).map(({ indicator }) => indicator)).toEqual([
    { kind: 'ratio', probe: 'engine-port' },
    { kind: 'ratio', probe: 'engine-port' },
  ]);
});

test('a file holds several plans, and one that is wrong does not hide the others', () => {
  const text = `${GOOD}---\n${GOOD.replace('name: kv-event-sync', 'name: second')}---\n${GOOD.replace('name: kv-event-sync', 'name: third').replace('seed: 7', 'sead: 7')}`;

  const loaded = loadText(text);

  expect(loaded.plans.map(({ plan }) => plan.name)).toEqual(['kv-event-sync', 'second']);
  expect(messages(loaded).filter((line) => !line.includes('warning'))).toEqual([
    'plan.yaml:105:3: spec.sead: unknown key\n    allowed: baselines, experiments, exporters, limits, objectives, phases, probes, seed, sources, vantages\n    hint:    did you mean seed?',
  ]);
});

test('a directory gives its plans in order, and leaves out what belongs to other programs', async () => {
  const directory = join(folder, 'suite');
  mkdirSync(join(directory, 'deeper.yaml'), { recursive: true });
  writeFileSync(join(directory, 'b.yaml'), GOOD.replace('name: kv-event-sync', 'name: second'));
  writeFileSync(join(directory, 'a.yml'), GOOD);
  writeFileSync(
    join(directory, 'partition.yaml'),
    `apiVersion: chaos-mesh.org/v1alpha1\nkind: NetworkChaos\nspec: {a: "\${NOT_OURS}"}\n`,
  );
  writeFileSync(join(directory, 'notes.txt'), 'no plan');

  const { plans, diagnostics } = await load([directory], fakeRegistries, ENVIRONMENT);

  expect(plans.map(({ plan, file }) => [plan.name, file])).toEqual([
    ['kv-event-sync', join(directory, 'a.yml')],
    ['second', join(directory, 'b.yaml')],
  ]);
  const foreign = diagnostics.filter(({ file }) => file.endsWith('partition.yaml'));
  expect(foreign).toMatchObject([
    { severity: 'warning', line: 1, column: 13, message: 'not a plan, so it is left out' },
  ]);
});

test('a directory gives the plans of the directories in it too, as people count, but follows no links', async () => {
  const directory = join(folder, 'deep');
  mkdirSync(join(directory, 'more/most'), { recursive: true });
  mkdirSync(join(directory, '.hidden'));
  const places = ['p10.yaml', 'p2.yaml', 'more/p1.yaml', 'more/most/p3.yaml', '.hidden/p4.yaml'];
  for (const [index, place] of places.entries())
    writeFileSync(join(directory, place), GOOD.replace('name: kv-event-sync', `name: plan-${index}`));
  symlinkSync(directory, join(directory, 'more/back'));

  const { plans } = await load([directory], fakeRegistries, ENVIRONMENT);

  expect(plans.map(({ file }) => file)).toEqual(
    ['p2.yaml', 'p10.yaml', 'more/p1.yaml', 'more/most/p3.yaml'].map((place) => join(directory, place)),
  );
});

test('a plan of a misspelt version in a directory is an error, not something foreign', async () => {
  const directory = join(folder, 'misspelt');
  mkdirSync(directory);
  writeFileSync(join(directory, 'a.yaml'), GOOD.replace('steadfast/v1', 'stedfast/v1'));

  const { plans, diagnostics } = await load([directory], fakeRegistries, ENVIRONMENT);

  expect(plans).toEqual([]);
  expect(diagnostics).toMatchObject([{ severity: 'error', path: 'apiVersion', hint: 'did you mean steadfast/v1?' }]);
});

test('what cannot be read is said, and the rest is read', async () => {
  const fine = join(folder, 'fine.yaml');
  const latin1 = join(folder, 'latin1.yaml');
  const empty = join(folder, 'empty');
  writeFileSync(fine, GOOD);
  writeFileSync(latin1, Buffer.from([0x61, 0x3a, 0x20, 0xe4, 0x0a]));
  mkdirSync(empty);

  const loaded = await load(['/no/such.yaml', latin1, empty, '/dev/null', fine], fakeRegistries, ENVIRONMENT);

  expect(loaded.plans).toHaveLength(1);
  expect(messages(loaded).slice(0, 4)).toEqual([
    '/no/such.yaml:1:1: cannot be read: no such file or directory',
    `${latin1}:1:1: is not UTF-8 text`,
    `${empty}:1:1: no *.yaml or *.yml file in this directory`,
    '/dev/null:1:1: is not a regular file',
  ]);
});

test('two files may not hold plans of one name', async () => {
  const [a, b] = [join(folder, 'one.yaml'), join(folder, 'two.yaml')];
  writeFileSync(a, GOOD);
  writeFileSync(b, GOOD);

  const loaded = await load([a, b], fakeRegistries, ENVIRONMENT);

  expect(loaded.plans.map(({ file }) => file)).toEqual([a]);
  expect(messages(loaded)).toContain(
    `${b}:3:18: metadata.name: this name is taken by another plan\n    found:   kv-event-sync\n    hint:    ${a}:3 has it already`,
  );
});

test('a plan of 10 MB is refused unread', async () => {
  const file = join(folder, 'huge.yaml');
  writeFileSync(file, `${GOOD}${'# '.padEnd(100, 'x')}\n`.padEnd(10_000_000, '# filler\n'));
  const begun = performance.now();

  const loaded = await load([file], fakeRegistries, ENVIRONMENT);

  expect(messages(loaded)).toEqual([
    `${file}:1:1: the file is too large for a plan\n    found:   10000000 bytes\n    allowed: at most ${MAX_PLAN_BYTES} bytes`,
  ]);
  expect(performance.now() - begun).toBeLessThan(1000);
});

test('keys that are special to JavaScript are only unknown keys', () => {
  const loaded = loadText(GOOD.replace('  seed: 7', '  __proto__: {seed: 7}\n  constructor: 1\n  seed: 7'));

  expect(messages(loaded).filter((line) => line.includes('unknown key'))).toHaveLength(2);
});

test('nothing in a diagnostic can drive a terminal', () => {
  const loaded = loadText('apiVersion: "\\e[2J\\u202e"\nkind: Plan\n"\\e]0;x": 1\n');

  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not come out
  expect(messages(loaded).join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});
