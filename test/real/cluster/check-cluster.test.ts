/** `check --cluster` on the real API server with the real webhooks: what it finds, and what it tells a person to run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import type { Manifest } from '../../../src/chaos/chaos-mesh/manifest.ts';
import { preflight } from '../../../src/chaos/chaos-mesh/preflight/preflight.ts';
import { check } from '../../../src/cli/check.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import type { CommandIo } from '../../../src/cli/io.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import { registries } from '../../../src/registries.ts';
import { choosing, service } from './proof-scene.ts';
import { openScene, type Scene } from './scene.ts';

let cluster: Cluster;
let scene: Scene;
let folder: string;

beforeAll(async () => {
  cluster = await startCluster();
  scene = await openScene(cluster);
  folder = await mkdtemp(join(tmpdir(), 'steadfast-check-'));
  await scene.create(service('web', { 'kubernetes.io/hostname': 'lab-node-1' }));
  await scene.kubectl('wait', 'pod', '--all', '--for=condition=Ready', '--timeout=110s');
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function chaos(kind: string, spec: object): Manifest {
  return {
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind,
    metadata: { name: 'breaks', namespace: scene.namespace },
    spec: { ...choosing('web'), ...spec },
  };
}

async function planFile(manifest: Manifest): Promise<string> {
  const file = join(folder, 'plan.yaml');
  const experiment = { name: 'kill', driver: 'chaos-mesh', config: { manifest, kubeconfig: cluster.kubeconfig } };
  const spec = {
    phases: { steady: '10s', recovery: '30s' },
    limits: { maxFault: '2m', maxTargets: 1, namespaces: [scene.namespace] },
    probes: [{ name: 'port', type: 'tcp', interval: '1s', timeout: '500ms', config: { address: '127.0.0.1:8080' } }],
    experiments: [experiment],
    objectives: [{ name: 'open', phase: 'steady', indicator: { ratio: 'port' }, atLeast: '50%' }],
  };
  await writeFile(file, stringify({ apiVersion: 'steadfast/v1', kind: 'Plan', metadata: { name: 'looked-at' }, spec }));
  return file;
}

async function checked(manifest: Manifest) {
  let shown = '';
  const say = (text: string) => {
    shown += text;
  };
  const io: CommandIo = {
    stdout: say,
    stderr: say,
    env: {},
    registries,
  };
  const exit = await check([await planFile(manifest), '--cluster'], io);
  return { exit, shown, digest: /sha256:[0-9a-f]{64}/.exec(shown)?.[0] ?? '' };
}

test('a plan that nobody approved of is a problem, with the command that approves; then it is ready', async () => {
  const kill = chaos('PodChaos', { action: 'pod-kill' });
  const first = await checked(kill);
  expect(first.exit, first.shown).toBe(EXIT.notReady);
  expect(first.shown).toContain(`PROBLEM  looked-at/kill: namespace ${scene.namespace} does not approve of this plan`);
  expect(first.shown).toContain(
    `run: kubectl annotate --overwrite namespace ${scene.namespace} steadfast/approved=${first.digest}`,
  );

  const until = new Date(Date.now() + 600_000).toISOString();
  const approval = [`steadfast/approved=${first.digest}`, `steadfast/approved-until=${until}`];
  await cluster.kubectl('annotate', '--overwrite', 'namespace', scene.namespace, ...approval);
  const second = await checked(kill);
  expect(second.exit, second.shown).toBe(EXIT.pass);
  expect(second.shown).toContain(`1 target of at most 1: ${scene.namespace}/web`);
  expect(second.shown).toMatch(/fine {5}looked-at\/kill: PodChaos \S+ passes the cluster's own checks/);
  expect(second.shown).toMatch(/fine {5}the controller of Chaos Mesh is ready/);
  expect(second.shown).toMatch(/(webhooks' authority|controller's certificate) ends at 20/);
});

describe('the real webhooks', () => {
  async function problemsOf(manifest: Manifest, kubeconfig = cluster.kubeconfig): Promise<string[]> {
    const kube = await openKubeClient({ kubeconfig });
    const limits = { maxTargets: 5, namespaces: [scene.namespace] };
    const experiment = {
      experiment: 'x',
      digest: 'none',
      limits,
      manifest,
      namespace: scene.namespace,
      observed: false,
    };
    const { preparation } = await preflight(experiment, { kube, wallClock: Date.now }, AbortSignal.timeout(60_000));
    kube.close();
    return preparation.problems;
  }

  test.each<[string, string, object, RegExp]>([
    [
      'a method that Chaos Mesh does not know',
      'HTTPChaos',
      { target: 'Request', port: 80, method: 'ALL', delay: '2s', duration: '30s' },
      /the cluster refuses it: .*method/i,
    ],
    [
      'a field that does not exist',
      'PodChaos',
      { action: 'pod-kill', scheduler: { cron: '@every 2m' } },
      /the cluster refuses it: .*scheduler/,
    ],
    [
      'a network fault in both directions without a target',
      'NetworkChaos',
      { action: 'delay', direction: 'both', delay: { latency: '1ms' }, duration: '30s' },
      /the cluster refuses it: .*target/,
    ],
  ])('refuse %s', async (_, kind, spec, reason) => {
    expect(await problemsOf(chaos(kind, spec))).toContainEqual(expect.stringMatching(reason));
  });

  test('and the real permissions: an account that may do nothing is told what it lacks', async () => {
    const kubeconfig = await kubeconfigFor('nobody');
    const problems = await problemsOf(chaos('PodChaos', { action: 'pod-kill' }), kubeconfig);
    expect(problems).toContainEqual(
      expect.stringContaining(`not allowed: create podchaos.chaos-mesh.org in ${scene.namespace}`),
    );
    expect(problems).toContainEqual(expect.stringContaining('the pods cannot be listed'));
    expect(problems).toContainEqual(expect.stringContaining('not allowed to make it'));
  });

  /** Of a service account of the scene's, without any role. */
  async function kubeconfigFor(account: string): Promise<string> {
    await scene.kubectl('create', 'serviceaccount', account);
    const token = (await scene.kubectl('create', 'token', account)).trim();
    const text = await cluster.kubectl('config', 'view', '--raw', '--flatten', '--output', 'json');
    const config = JSON.parse(text) as { users: { user: object }[] };
    config.users[0]!.user = { token };
    const file = join(folder, 'nobody.kubeconfig');
    await writeFile(file, JSON.stringify(config));
    return file;
  }
});
