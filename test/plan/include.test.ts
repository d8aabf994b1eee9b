import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Loaded, load, loadFiles } from '../../src/plan/load.ts';
import { MAX_PLAN_BYTES } from '../../src/plan/read-files.ts';
import { fakeRegistries } from './fake-registries.ts';

let root: string;
let folders = 0;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'included-'));
});

afterAll(() => rmSync(root, { recursive: true }));

function planText(manifest: string, name = 'cut'): string {
  return `apiVersion: steadfast/v1
kind: Plan
metadata: {name: ${name}}
spec:
  probes:
    - {name: port, type: zmtp-port, config: {endpoint: "tcp://127.0.0.1:5557"}}
  experiments:
    - {name: cut, driver: chaos, duration: 30s, config: {manifest: ${manifest}}}
  objectives:
    - {name: healthy, phase: steady, indicator: {ratio: port}, atLeast: 100%}
    - {name: recovers, phase: recovery, indicator: {timeToRecover: port}, atMost: 30s}
`;
}

/** Files in a new directory. */
function place(files: Record<string, string | Buffer>): string {
  const directory = join(root, String(folders++));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

async function loadFrom(directory: string, env: Record<string, string> = {}): Promise<Loaded> {
  return load([join(directory, 'plan.yaml')], fakeRegistries, env);
}

test('a file takes the place of its path, so that nobody can tell the plan from one that has it inline', async () => {
  const directory = place({
    'plan.yaml': planText('./faults/cut.yaml'),
    'inline.yaml': planText('{kind: Cut, pods: [a, b]}'),
    'faults/cut.yaml': '# why\nkind: Cut\npods:\n  - a\n  - b\n',
  });

  const { plans, diagnostics } = await loadFrom(directory);
  const inline = await load([join(directory, 'inline.yaml')], fakeRegistries, {});

  expect(diagnostics).toEqual([]);
  expect(plans[0]!.plan.experiments[0]!.config).toEqual({ manifest: { kind: 'Cut', pods: ['a', 'b'] } });
  expect(plans[0]!.plan.digest).toBe(inline.plans[0]!.plan.digest);
  expect(plans[0]!.resolvedYaml).toBe(inline.plans[0]!.resolvedYaml);
});

test('the recorded plan is whole: it loads again where the file is no more', async () => {
  const directory = place({
    'plan.yaml': planText('cut.yaml'),
    'cut.yaml': `kind: Cut\npods: ["\${POD:-a}", "$\${literal}"]\n`,
  });
  const [recorded] = (await loadFrom(directory)).plans;

  const file = { file: 'elsewhere/plan.yaml', text: recorded!.resolvedYaml, fromDirectory: false };
  const again = loadFiles([file], fakeRegistries, { POD: 'other' }, { masked: true });

  expect(again.diagnostics).toEqual([]);
  expect(again.plans[0]!.plan).toEqual(recorded!.plan);
  expect(recorded!.plan.experiments[0]!.config).toEqual({ manifest: { kind: 'Cut', pods: ['a', `\${literal}`] } });
});

test('the digest changes with what the file says, and not with where it lies', async () => {
  const digestOf = async (path: string, text: string): Promise<string> =>
    (await loadFrom(place({ 'plan.yaml': planText(path), [path]: text }))).plans[0]!.plan.digest;

  const digest = await digestOf('cut.yaml', 'kind: Cut\n');
  expect(await digestOf('deeper/other.yaml', 'kind: Cut\n')).toBe(digest);
  expect(await digestOf('cut.yaml', 'kind: Cut\npods: [a]\n')).not.toBe(digest);
});

test('the environment is filled in, in the path and in the file, and its secrets are masked', async () => {
  const directory = place({
    'plan.yaml': planText(`"./\${WHICH}.yaml"`),
    'cut.yaml': `kind: Cut\npercent: \${SHARE:-25}\ntoken: "\${MY_TOKEN}"\n`,
  });

  const { plans, diagnostics, secrets } = await loadFrom(directory, { WHICH: 'cut', MY_TOKEN: 'hidden-thing' });

  expect(diagnostics).toEqual([]);
  expect(plans[0]!.plan.experiments[0]!.config).toEqual({
    manifest: { kind: 'Cut', percent: 25, token: 'hidden-thing' },
  });
  expect(secrets).toEqual(['hidden-thing']);
  expect(plans[0]!.resolvedYaml).not.toContain('hidden-thing');
});

test('a directory may hold plans and the manifests that they include, and says nothing of these', async () => {
  const foreign = 'apiVersion: chaos-mesh.org/v1alpha1\nkind: Cut\n';
  const directory = place({
    'a.yaml': planText('./a.chaos.yaml', 'a').replace('driver: chaos,', 'driver: chaos,'),
    'b.yaml': planText('./a.chaos.yaml', 'b'),
    'a.chaos.yaml': foreign,
    'nobodys.yaml': foreign,
  });

  const { names, diagnostics } = await load([`${directory}/`], fakeRegistries, {});

  expect(names).toEqual(['a', 'b']);
  expect(diagnostics.filter(({ severity }) => severity === 'warning')).toMatchObject([
    { file: join(directory, 'nobodys.yaml'), message: 'not a plan, so it is left out' },
  ]);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors).toMatchObject([{ file: join(directory, 'a.chaos.yaml'), path: 'apiVersion', message: 'unknown key' }]);
});

test.each([
  ['too large', 'x'.repeat(MAX_PLAN_BYTES + 1), 'the file is too large'],
  ['not text', Buffer.from([0x61, 0x3a, 0x20, 0xe4, 0x0a]), 'the file is not UTF-8 text'],
])('a file that is %s is refused at the line of the plan', async (_, content, message) => {
  const directory = place({ 'plan.yaml': planText('cut.yaml'), 'cut.yaml': content });

  const { plans, diagnostics } = await loadFrom(directory);

  expect(plans).toEqual([]);
  expect(diagnostics).toMatchObject([{ file: join(directory, 'plan.yaml'), line: 8, message }]);
});

test('of plans that were not asked for nothing is said but their names', async () => {
  const directory = place({
    'a.yaml': planText('{kind: Cut}', 'a'),
    'b.yaml': planText(`"\${NOT_SET}"`, 'b'),
    'c.yaml': planText('./gone.yaml', 'c'),
    'other.yaml': 'apiVersion: v1\nkind: ConfigMap\n',
  });

  const { plans, names, diagnostics } = await load([directory], fakeRegistries, {}, { only: ['a'] });

  expect(plans.map(({ plan }) => plan.name)).toEqual(['a']);
  expect(names).toEqual(['a', 'b', 'c']);
  expect(diagnostics).toEqual([]);
});
