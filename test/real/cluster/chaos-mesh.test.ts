/** The driver on a real Chaos Mesh: what holds when nothing is as it should be. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { inPodNetwork } from '../../../lab/cluster/pod-network.ts';
import type { ChaosEvent } from '../../../src/slo/model/entry.ts';
import { eventually, openScene, type Scene } from './scene.ts';
import { openRunFolder } from './started-run.ts';

const FAULT_MS = 8_000;
const NODE_1 = { 'kubernetes.io/hostname': 'lab-node-1' };

let cluster: Cluster;
let scene: Scene;
/** Where objects are made, with nothing in it to break. */
let apart: Scene;

beforeAll(async () => {
  cluster = await startCluster();
  [scene, apart] = await Promise.all([openScene(cluster), openScene(cluster)]);
  const serve = 'echo here > /tmp/index.html; exec httpd -f -p 8080 -h /tmp';
  await scene.create(pod('web', serve));
  const { status } = await eventually(
    () => scene.read<{ status: { podIP?: string } }>('pod', 'web'),
    ({ status: { podIP } }) => podIP !== undefined,
  );
  await scene.create(
    pod('client', `while true; do timeout 1 wget -qO- http://${status.podIP}:8080 >/dev/null; sleep 0.2; done`),
    deployment('crew'),
  );
  await scene.kubectl('wait', 'pod', '--all', '--for=condition=Ready', '--timeout=120s');
});

afterAll(() => Promise.all([scene, apart].map((each) => each?.[Symbol.asyncDispose]())));

describe('a runner that is killed', () => {
  it.each(['requested', 'injected', 'recovering', 'recovered'] as const)(
    'when the fault is %s leaves nothing after the next sweep',
    async (state) => {
      await using folder = await openRunFolder(cluster, planOf('killed', partition()));
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
    await using folder = await openRunFolder(cluster, planOf('killed-afar', partition()));
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
  await using first = await openRunFolder(cluster, planOf('first', partition(), 45_000));
  const going = first.start('run');
  await going.reaches('injected');
  await using second = await openRunFolder(cluster, planOf('second', partition()));
  const { code, output } = await second.start('run').ended;
  expect(code, output).toBe(69);
  expect(output).toMatch(/a fault of run first-\S+ is in effect|is taken by run first-/);
  going.child.kill('SIGTERM');
  expect((await going.ended).code, 'stopped, and the fault removed').toBe(30);
  await expectNothingLeft();
});

it('a fault whose object lies in another namespace than its target lasts for its whole time', async () => {
  await using folder = await openRunFolder(cluster, planOf('apart', partition(apart.namespace)));
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
  await using folder = await openRunFolder(cluster, planOf('stuck', delay()));
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
  await using folder = await openRunFolder(cluster, planOf('replaced', podKill()));
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

/** No object, and no rule that leads anywhere in the pods. */
async function expectNothingLeft(): Promise<void> {
  for (const { kubectl } of [scene, apart])
    await eventually(
      () => kubectl('get', 'podchaos,networkchaos', '--output=name'),
      (names) => names.trim() === '',
      30_000,
    );
  const rules = await inPodNetwork(cluster, scene.namespace, 'web', 'iptables-save; tc qdisc');
  expect(rules).not.toMatch(/^-A CHAOS-|netem/m);
}

function planOf(name: string, manifest: object, faultMs = FAULT_MS) {
  const kind = (manifest as { spec: { action: string } }).spec.action;
  const lasts = kind === 'pod-kill' ? {} : { duration: `${faultMs}ms` };
  return {
    apiVersion: 'steadfast/v1',
    kind: 'Plan',
    metadata: { name },
    spec: {
      seed: 1,
      phases: { steady: '1s', recovery: '2s' },
      limits: { maxFault: '90s', maxTargets: 4, namespaces: [scene.namespace] },
      probes: [{ name: 'api', type: 'tcp', interval: '500ms', timeout: '400ms', config: { address: '10.96.0.1:443' } }],
      experiments: [{ name: 'breaks', driver: 'chaos-mesh', ...lasts, config: { manifest } }],
      objectives: [{ name: 'answers', phase: 'recovery', indicator: { ratio: 'api' }, atLeast: '1%' }],
    },
  };
}

const inScene = (app: string) => ({ namespaces: [scene.namespace], labelSelectors: { app } });

function partition(namespace = scene.namespace) {
  const target = { mode: 'all', selector: inScene('client') };
  const spec = { action: 'partition', mode: 'all', selector: inScene('web'), direction: 'both', target };
  return chaos('NetworkChaos', namespace, spec);
}

function delay() {
  const spec = { action: 'delay', mode: 'all', selector: inScene('web'), delay: { latency: '200ms' } };
  return chaos('NetworkChaos', scene.namespace, spec);
}

function podKill() {
  return chaos('PodChaos', scene.namespace, { action: 'pod-kill', mode: 'one', selector: inScene('crew') });
}

function chaos(kind: string, namespace: string, spec: object) {
  return { apiVersion: 'chaos-mesh.org/v1alpha1', kind, metadata: { name: 'breaks', namespace }, spec };
}

function podSpec(script: string) {
  const image = 'steadfast.test/busybox:1';
  const containers = [{ name: 'main', image, command: ['sh', '-c', script] }];
  return { terminationGracePeriodSeconds: 0, nodeSelector: NODE_1, containers };
}

function pod(name: string, script: string) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name } }, spec: podSpec(script) };
}

function deployment(app: string) {
  const template = { metadata: { labels: { app } }, spec: podSpec('sleep 100000') };
  const spec = { replicas: 2, selector: { matchLabels: { app } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: app }, spec };
}
