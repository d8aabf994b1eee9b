/** The driver on a real Chaos Mesh: what holds when nothing is as it should be. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import type { ChaosEvent } from '../../../src/slo/model/entry.ts';
import { type CutStage, chaos, choosingIn, FAULT_MS, openCutStage, partition, planOf, podSpec } from './cut-stage.ts';
import { expectNoFault, expectNoRule } from './nothing-left.ts';
import { eventually, openScene, type Scene } from './scene.ts';
import { openRunFolder } from './started-run.ts';

let cluster: Cluster;
let stage: CutStage;
/** Where objects are made, with nothing in it to break. */
let apart: Scene;

beforeAll(async () => {
  cluster = await startCluster();
  [stage, apart] = await Promise.all([openCutStage(cluster), openScene(cluster)]);
  await stage.create(deployment('crew'));
  await stage.kubectl('wait', 'pod', '--all', '--for=condition=Ready', '--timeout=120s');
});

afterAll(() => Promise.all([stage, apart].map((each) => each?.[Symbol.asyncDispose]())));

// One that is killed before it has recorded its fault has nothing to sweep, but holds its lease until that ends.
afterEach(() => stage.kubectl('delete', 'lease', '--all'));

describe('a runner that is killed', () => {
  it.each(['requested', 'injected', 'recovering', 'recovered'] as const)(
    'when the fault is %s leaves nothing after the next sweep',
    async (state) => {
      await using folder = await openRunFolder(cluster, planOf(stage, 'killed', partition(stage)));
      const run = folder.start('run');
      await run.reaches(state);
      run.child.kill('SIGKILL');
      await run.ended;
      const { code, output } = await folder.sweep('here');
      expect(code, output).toBe(0);
      await expectNothingLeft();
    },
  );

  it('is swept from another machine too, once its lease has ended', async () => {
    await using folder = await openRunFolder(cluster, planOf(stage, 'killed-afar', partition(stage)));
    const run = folder.start('run');
    await run.reaches('injected');
    const owned = await folder.sweep('elsewhere');
    expect(owned.output, 'not while it lives').toContain('belongs to a run that is alive');
    run.child.kill('SIGKILL');
    await run.ended;
    await eventually(
      () => folder.sweep('elsewhere'),
      ({ output }) => !output.includes('belongs to a run that is alive'),
      90_000,
    );
    await expectNothingLeft();
  });
});

it('two plans exclude each other in a namespace', async () => {
  await using first = await openRunFolder(cluster, planOf(stage, 'first', partition(stage), 45_000));
  const going = first.start('run');
  await going.reaches('injected');
  await using second = await openRunFolder(cluster, planOf(stage, 'second', partition(stage)));
  const { code, output } = await second.start('run').ended;
  expect(code, output).toBe(69);
  expect(output).toMatch(/a fault of run first-\S+ is in effect|is taken by run first-/);
  going.child.kill('SIGTERM');
  expect((await going.ended).code, 'stopped, and the fault removed').toBe(30);
  await expectNothingLeft();
});

it('a fault whose object lies in another namespace than its target lasts for its whole time', async () => {
  await using folder = await openRunFolder(cluster, planOf(stage, 'apart', partition(stage, apart.namespace)));
  const run = folder.start('run');
  const injected = await run.reaches('injected');
  const recovering = await run.reaches('recovering');
  expect(recovering.at - injected.at).toBeGreaterThanOrEqual(FAULT_MS);
  await run.ended;
  const told = (await run.events()).find(({ state }) => state === 'recovering');
  expect(told?.evidence, 'it was at work to the end').toContainEqual(
    expect.objectContaining({ of: 'mechanism', holds: true }),
  );
  await expectNothingLeft();
});

it('a delay that the kernel cannot make fails with the reason, is forced out, is a finding and leaves nothing', async () => {
  await using folder = await openRunFolder(cluster, planOf(stage, 'stuck', delay()));
  const run = folder.start('run');
  const { code, output } = await run.ended;
  expect([20, 69], output).toContain(code);
  const events = await run.events();
  expect(events.find(({ state }) => state === 'failed')?.reason).toMatch(/^the node's kernel cannot shape traffic/);
  const findings = events.flatMap(({ evidence }) => evidence ?? []).filter(({ of }) => of === 'finding');
  expect(findings.map(({ text }) => text).join()).toContain('had to be forced out');
  await expectNothingLeft();
});

it('a kill is over when the pod that replaces the killed one is Ready', async () => {
  await using folder = await openRunFolder(cluster, planOf(stage, 'replaced', podKill()));
  const run = folder.start('run');
  await run.ended;
  const events = await run.events();
  const [injected, over] = [stateOf(events, 'injected'), stateOf(events, 'recovered')];
  expect(injected.oneShot).toBe(true);
  expect(over.at, 'all replacements were Ready').toBeGreaterThan(injected.at);
  await expectNothingLeft();
});

function stateOf(events: ChaosEvent[], state: ChaosEvent['state']): ChaosEvent {
  const found = events.find((event) => event.state === state);
  if (!found) throw new Error(`nothing was ${state}: ${JSON.stringify(events)}`);
  return found;
}

async function expectNothingLeft(): Promise<void> {
  await Promise.all([expectNoFault(stage), expectNoFault(apart)]);
  await expectNoRule(cluster, stage);
}

function delay() {
  const spec = { action: 'delay', mode: 'all', selector: choosingIn(stage, 'web'), delay: { latency: '200ms' } };
  return chaos('NetworkChaos', stage.namespace, spec);
}

function podKill() {
  return chaos('PodChaos', stage.namespace, { action: 'pod-kill', mode: 'one', selector: choosingIn(stage, 'crew') });
}

function deployment(app: string) {
  const template = { metadata: { labels: { app } }, spec: podSpec('sleep 100000') };
  const spec = { replicas: 2, selector: { matchLabels: { app } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: app }, spec };
}
