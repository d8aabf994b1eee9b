import { globSync } from 'node:fs';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { expect, test } from 'vitest';
import { checkLayers, LAYER_CONFIG } from '../../tools/layers.ts';
import { plantTree, REPOSITORY } from './planted-tree.ts';

interface Planted {
  rule: string;
  from: string;
  /** The file that is imported, or the name of a package. */
  to: string;
  how?: (specifier: string) => string;
}

const value = (specifier: string) => `import * as it from '${specifier}';\nexport const that = it;\n`;
const typeOnly = (specifier: string) => `import type { That } from '${specifier}';\nexport type It = That;\n`;
const reExport = (specifier: string) => `export type { That } from '${specifier}';\n`;
const inUsing = (specifier: string) =>
  `await using it = (await import('${specifier}')).that;\nexport const that = it;\n`;
const dynamic = (specifier: string) => `export const that = () => import('${specifier}');\n`;

/** Each line breaks one promise of the layers in one way. */
const planted: Planted[] = [
  { rule: 'slo-is-pure', from: 'src/slo/a.ts', to: 'zod' },
  { rule: 'slo-is-pure', from: 'src/slo/b.ts', to: 'node:crypto' },
  { rule: 'slo-is-pure', from: 'src/slo/render/c.ts', to: 'src/clients/log.ts', how: typeOnly },
  { rule: 'slo-model-is-the-ground', from: 'src/slo/model/a.ts', to: 'src/slo/stats.ts' },
  { rule: 'plug-ins-know-only-their-contract', from: 'src/probes/a.ts', to: 'src/scheduler/conductor.ts' },
  { rule: 'plug-ins-know-only-their-contract', from: 'src/probes/b.ts', to: 'src/slo/judge.ts', how: typeOnly },
  {
    rule: 'plug-ins-know-only-their-contract',
    from: 'src/chaos/c/driver.ts',
    to: 'src/probes/contract.ts',
    how: reExport,
  },
  { rule: 'plug-ins-know-only-their-contract', from: 'src/sources/d.ts', to: 'src/timeline/journal.ts' },
  { rule: 'plug-ins-know-only-their-contract', from: 'src/vantages/e.ts', to: 'src/probes/lib/shared.ts' },
  { rule: 'plug-ins-know-only-their-contract', from: 'src/exporters/f.ts', to: 'src/plan/load.ts', how: dynamic },
  { rule: 'plug-ins-of-a-kind-stay-apart', from: 'src/probes/g.ts', to: 'src/probes/http.ts' },
  { rule: 'plug-ins-of-a-kind-stay-apart', from: 'src/probes/h/probe.ts', to: 'src/probes/kafka-lag/offsets.ts' },
  { rule: 'plug-ins-of-a-kind-stay-apart', from: 'src/probes/lib/i.ts', to: 'src/probes/http.ts', how: typeOnly },
  { rule: 'plug-ins-of-a-kind-stay-apart', from: 'src/chaos/j.ts', to: 'src/chaos/ledger.ts' },
  { rule: 'machinery-knows-no-plug-in', from: 'src/chaos/sweep.ts', to: 'src/chaos/toxiproxy/driver.ts' },
  { rule: 'clients-know-only-the-model', from: 'src/clients/a.ts', to: 'src/plan/load.ts' },
  { rule: 'clients-know-only-the-model', from: 'src/clients/b.ts', to: 'src/slo/judge.ts' },
  { rule: 'scheduler-knows-contracts', from: 'src/scheduler/a.ts', to: 'src/probes/http.ts' },
  { rule: 'scheduler-knows-contracts', from: 'src/scheduler/b.ts', to: 'src/slo/judge.ts', how: typeOnly },
  { rule: 'scheduler-knows-contracts', from: 'src/scheduler/c.ts', to: 'src/timeline/journal.ts' },
  { rule: 'scheduler-touches-nothing', from: 'src/scheduler/d.ts', to: 'node:fs/promises' },
  { rule: 'scheduler-touches-nothing', from: 'src/scheduler/e.ts', to: 'node:net', how: dynamic },
  { rule: 'timeline-knows-entries', from: 'src/timeline/a.ts', to: 'src/slo/judge.ts' },
  { rule: 'plan-knows-contracts', from: 'src/plan/a.ts', to: 'src/slo/judge.ts' },
  { rule: 'plan-knows-contracts', from: 'src/plan/b.ts', to: 'src/clients/http.ts', how: inUsing },
  { rule: 'only-main-sees-registries', from: 'src/cli/a.ts', to: 'src/probes/registry.ts' },
  { rule: 'only-main-sees-registries', from: 'src/cli/e.ts', to: 'src/registries.ts' },
  { rule: 'cli-knows-no-plug-in', from: 'src/cli/b.ts', to: 'src/probes/http.ts' },
  { rule: 'nobody-imports-main', from: 'src/cli/c.ts', to: 'src/main.ts' },
  { rule: 'program-knows-no-tools', from: 'src/cli/d.ts', to: 'lab/lab.ts' },
  { rule: 'lab-peers-are-independent', from: 'lab/workloads/a.ts', to: 'src/probes/lib/shared.ts' },
  { rule: 'tests-stand-alone', from: 'test/a.ts', to: 'test/other.test.ts' },
  { rule: 'heavy-packages-come-late', from: 'src/clients/c.ts', to: 'axios' },
  { rule: 'heavy-packages-come-late', from: 'src/probes/k.ts', to: '@platformatic/kafka' },
  { rule: 'program-needs-no-dev-package', from: 'src/clients/d.ts', to: 'fast-check' },
  { rule: 'every-import-resolves', from: 'src/clients/e.ts', to: './nowhere.ts' },
  { rule: 'no-circle', from: 'src/timeline/ring-one.ts', to: 'src/timeline/ring-two.ts' },
];

/** Imports that must stay allowed: a rule that forbids too much is as wrong as one that never fires. */
const allowed: Omit<Planted, 'rule'>[] = [
  // The other half of the planted circle, which is told once.
  { from: 'src/timeline/ring-two.ts', to: 'src/timeline/ring-one.ts', how: typeOnly },
  { from: 'src/slo/judge.ts', to: 'src/slo/model/entry.ts' },
  { from: 'src/probes/http.ts', to: 'src/probes/lib/shared.ts' },
  { from: 'src/probes/kafka-lag/probe.ts', to: 'src/probes/kafka-lag/offsets.ts' },
  { from: 'src/probes/tcp.ts', to: 'src/clients/http.ts' },
  { from: 'src/probes/prometheus.ts', to: 'src/slo/conventions.ts' },
  { from: 'src/exporters/file.ts', to: 'src/slo/render/json.ts' },
  { from: 'src/probes/contract.ts', to: 'zod', how: typeOnly },
  { from: 'src/probes/registry.ts', to: 'src/probes/http.ts' },
  { from: 'src/chaos/none/driver.ts', to: 'src/chaos/contract.ts', how: typeOnly },
  { from: 'src/clients/axios-factory.ts', to: 'axios', how: dynamic },
  { from: 'src/clients/axios-types.ts', to: 'axios', how: typeOnly },
  { from: 'src/scheduler/sampler.ts', to: 'src/probes/contract.ts', how: typeOnly },
  { from: 'src/scheduler/slots.ts', to: 'src/slo/slots.ts' },
  { from: 'src/scheduler/system-clock.ts', to: 'node:perf_hooks' },
  { from: 'src/plan/registries.ts', to: 'src/probes/contract.ts', how: typeOnly },
  { from: 'src/cli/judge.ts', to: 'src/slo/judge.ts' },
  { from: 'src/cli/sweep.ts', to: 'src/chaos/sweep.ts' },
  { from: 'src/chaos/ledger.ts', to: 'src/chaos/lib/record.ts' },
  { from: 'src/main.ts', to: 'src/registries.ts' },
  { from: 'src/registries.ts', to: 'src/probes/registry.ts' },
  { from: 'test/probes/registry.test.ts', to: 'src/probes/registry.ts' },
  { from: 'lab/demo.ts', to: 'src/slo/model/entry.ts' },
];

test('each planted import breaks its rule, and no other import does', async () => {
  const root = plantTree(plantImports([...allowed, ...planted]));

  const { violations, overlooked } = await checkLayers(root);

  const broken = violations.map(({ rule, from, to }) => `${rule}: ${from} -> ${shortName(to)}`);
  expect([...new Set(broken)].sort()).toEqual(
    planted.map(({ rule, from, to }) => `${rule}: ${from} -> ${shortName(to)}`).sort(),
  );
  expect(overlooked).toEqual([]);
});

test('every rule has a planted violation and a comment that says what to do', async () => {
  const rules = (await extractOptions(LAYER_CONFIG)).ruleSet?.forbidden ?? [];

  expect(rules.length).toBeGreaterThan(10);
  expect(rules.map(({ name }) => name).sort()).toEqual([...new Set(planted.map(({ rule }) => rule))].sort());
  expect(rules.filter(({ comment, severity }) => severity !== 'error' || (comment ?? '').length < 60)).toEqual([]);
});

test('an import that the tool cannot see is told, not passed over', async () => {
  const hidden = "export type Hidden = import('./other.ts').That;\n";
  const root = plantTree({ 'src/slo/a.ts': hidden, 'src/slo/other.ts': 'export type That = 1;\n' });

  expect((await checkLayers(root)).overlooked).toEqual(['src/slo/a.ts -> ./other.ts']);
});

test('this tree keeps its layers, and all of it was looked at', async () => {
  const { modules, imports, violations, overlooked } = await checkLayers(REPOSITORY);

  expect(violations.map(({ rule, from, to }) => `${rule}: ${from} -> ${to}`)).toEqual([]);
  expect(overlooked).toEqual([]);
  expect(modules).toBe(globSync('{src,lab,test,tools,bench}/**/*.ts', { cwd: REPOSITORY }).length);
  expect(imports).toBeGreaterThan(modules);
}, 60_000);

function plantImports(imports: Omit<Planted, 'rule'>[]): Record<string, string> {
  const targets = imports.map(({ to }) => to).filter((to) => /^\w+\//.test(to));
  const files = Object.fromEntries(targets.map((file) => [file, 'export type That = 1;\n']));
  for (const { from, to, how = value } of imports) {
    const isFile = targets.includes(to);
    const specifier = isFile ? `${'../'.repeat(from.split('/').length - 1)}${to}` : to;
    files[from] = `${from in files ? files[from] : ''}${how(specifier)}`;
  }
  return files;
}

/** Packages are found through a link, so what counts of them is their name. */
function shortName(to: string): string {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(to)?.[1] ?? to.replace(/^node:/, '');
}
