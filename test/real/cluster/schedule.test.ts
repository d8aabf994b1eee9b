/** Runs of a Schedule in the cluster: one that we make, and one that its own cron makes. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { type CutStage, openCutStage, partition, planOf } from './cut-stage.ts';
import { expectNoFault, expectNoRule } from './nothing-left.ts';
import { openRunFolder } from './started-run.ts';

/** A daemon that is busy takes seconds for each look. */
const LASTS = '14s';
const PAUSED = { 'experiment.chaos-mesh.org/pause': 'true' };

let cluster: Cluster;
let stage: CutStage;

beforeAll(async () => {
  cluster = await startCluster();
  stage = await openCutStage(cluster);
});

afterEach(() => stage.kubectl('delete', 'schedule', '--all'));

afterAll(() => stage?.[Symbol.asyncDispose]());

it('a run that is made from its template is proven, removed and none of its own', async () => {
  await stage.create(schedule('0 3 1 1 *'));
  await using folder = await openRunFolder(cluster, planWith({ duration: LASTS }, {}));
  const run = folder.start('run');
  await run.reaches('injected');
  const labels = await stage.kubectl('get', 'networkchaos', '--output=jsonpath={.items[*].metadata.labels}');
  expect(labels).toContain('steadfast/run');
  expect(labels).not.toContain('managed-by');
  const { code, output } = await run.ended;
  expect(code, output).toBe(0);
  await expectNoFault(stage);
  await expectNoRule(cluster, stage);
  expect(await stage.kubectl('get', 'schedule', '--output=name')).toContain('cut-now-and-then');
});

it('a run that its own cron makes is waited for, proven and left to end by itself', async () => {
  await stage.create(schedule('@every 20s'));
  await using folder = await openRunFolder(cluster, planWith({}, { observe: true }));
  const run = folder.start('run');
  const { code, output } = await run.ended;
  expect(code, output).toBe(0);
  const told = (await run.events()).filter(({ state }) => state !== 'observed');
  const stepsOf = (fault?: string) => told.filter((event) => event.fault === fault).map(({ state }) => state);
  expect(stepsOf()).toEqual(['started', 'requested', 'injected', 'recovering', 'recovered', 'quiesced', 'ended']);
  expect(stepsOf('cut-now-and-then'), 'the fault itself').toEqual(['injected', 'recovering', 'recovered']);
  expect(told.flatMap(({ evidence = [] }) => evidence)).toContainEqual(
    expect.objectContaining({ of: 'mechanism', holds: true }),
  );
});

it('a run that its own cron would make in the middle of ours keeps us from beginning', async () => {
  await stage.create(schedule('@every 20s'));
  await using folder = await openRunFolder(cluster, planWith({ duration: LASTS }, {}));
  const { code, output } = await folder.start('run').ended;
  expect(code, output).toBe(69);
  expect(output).toContain('makes a run of its own at');
});

it('of one that is paused no run is waited for', async () => {
  await stage.create(schedule('@every 20s', PAUSED));
  await using folder = await openRunFolder(cluster, planWith({}, { observe: true }));
  const { code, output } = await folder.start('run').ended;
  expect(code, output).toBe(69);
  expect(output).toContain('paused');
});

function schedule(cron: string, annotations: Record<string, string> = {}) {
  const { spec } = partition(stage);
  return {
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind: 'Schedule',
    metadata: { name: 'cut-now-and-then', annotations },
    spec: {
      ...{ schedule: cron, type: 'NetworkChaos', concurrencyPolicy: 'Forbid', historyLimit: 1 },
      networkChaos: { ...spec, duration: LASTS },
    },
  };
}

function planWith(lasts: object, more: object) {
  const plan = planOf(stage, 'scheduled', partition(stage));
  const config = { schedule: 'cut-now-and-then', namespace: stage.namespace, ...more };
  return {
    ...plan,
    spec: { ...plan.spec, experiments: [{ name: 'breaks', driver: 'chaos-mesh', ...lasts, config }] },
  };
}
