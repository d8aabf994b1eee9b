/** The lab's cluster itself: what every other test here builds on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { inPodNetwork } from '../../../lab/cluster/pod-network.ts';
import { eventually, openScene, type Scene } from './scene.ts';

const shellOf = (command: string) => ['sh', '-c', command];
const serving = 'echo here I am > /tmp/index.html; exec httpd -f -p 8080 -h /tmp';

function pod(name: string, command: string[], image = 'steadfast.test/busybox:1') {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image, command }] },
  };
}

const webService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
};

let cluster: Cluster;
let scene: Scene;

beforeAll(async () => {
  cluster = await startCluster();
  scene = await openScene(cluster);
  const telling = ['node', '-e', 'setInterval(() => console.log(Date.now()), 200)'];
  await scene.create(
    pod('web', shellOf(serving)),
    pod('client', shellOf('sleep 100000')),
    pod('node', telling, 'steadfast.test/node:24'),
    webService,
  );
  await scene.kubectl('wait', 'pod', '--all', '--for=condition=Ready', '--timeout=60s');
});
afterAll(() => scene[Symbol.asyncDispose]());

describe('the cluster', () => {
  test('has its nodes, and both are ready', async () => {
    const ready = '{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}';
    const nodes = await cluster.kubectl('get', 'nodes', `--output=jsonpath=${ready}`);
    expect(nodes.trim().split(' ')).toEqual(['lab-node-1=True', 'lab-node-2=True']);
  });

  test('answers for a service by its name', async () => {
    const address = `http://web.${scene.namespace}.svc.cluster.local`;
    expect(await scene.shell('client', `timeout 5 wget -qO- ${address}`)).toBe('here I am\n');
  });

  test('gives pods to this process by their addresses', async () => {
    const { status } = await scene.read<{ status: { podIP: string } }>('pod', 'web');
    const response = await fetch(`http://${status.podIP}:8080/`, { signal: AbortSignal.timeout(5_000) });
    expect(await response.text()).toBe('here I am\n');
  });

  test('knows no name and no way outside itself', async () => {
    const looked = await scene.shell('client', 'timeout 5 wget -qO- http://example.org 2>&1 || true');
    expect(looked).toContain('bad address');
    const routed = await scene.shell('client', 'timeout 5 wget -qO- http://192.0.2.1 2>&1 || true');
    expect(routed).toContain('unreachable');
  });

  test('refuses by its webhooks what Chaos Mesh does not admit', async () => {
    const killing = experiment('PodChaos', 'wrong', { action: 'container-kill', mode: 'one', ...choosing('web') });
    await expect(scene.create(killing)).rejects.toThrow(/containerNames/);
  });
});

interface ChaosStatus {
  status: {
    experiment: { containerRecords?: { phase: string; injectedCount: number; recoveredCount: number }[] };
  };
}

const choosing = (app: string) => ({ selector: { labelSelectors: { app } } });

function experiment(kind: string, name: string, spec: object) {
  return { apiVersion: 'chaos-mesh.org/v1alpha1', kind, metadata: { name }, spec };
}

async function recordsOf(kind: string, name: string) {
  return (await scene.read<ChaosStatus>(kind, name)).status?.experiment?.containerRecords ?? [];
}

function untilInjected(kind: string, name: string) {
  const injected = (records: Awaited<ReturnType<typeof recordsOf>>) =>
    records.length > 0 && records.every(({ injectedCount }) => injectedCount > 0);
  return eventually(() => recordsOf(kind, name), injected);
}

function untilRecovered(kind: string, name: string) {
  const recovered = (records: Awaited<ReturnType<typeof recordsOf>>) =>
    records.every(({ phase, recoveredCount }) => phase === 'Not Injected' && recoveredCount > 0);
  return eventually(() => recordsOf(kind, name), recovered);
}

describe('Chaos Mesh', () => {
  const asked = () => scene.shell('client', 'timeout 2 wget -qO- http://web && echo answered || echo silent');

  const rulesOf = (pod: string) => inPodNetwork(cluster, scene.namespace, pod, 'iptables-save');

  test('cuts two pods off from each other, and joins them again', async () => {
    const target = { mode: 'all', ...choosing('client') };
    const cut = { action: 'partition', mode: 'all', ...choosing('web'), direction: 'both', target, duration: '8s' };
    await scene.create(experiment('NetworkChaos', 'cut', cut));
    await untilInjected('networkchaos', 'cut');
    expect(await asked()).toBe('silent\n');
    expect(await rulesOf('web')).toContain('-A CHAOS-INPUT');
    await untilRecovered('networkchaos', 'cut');
    expect(await asked()).toBe('here I am\nanswered\n');
    // Its own chains stay, and nothing leads to them.
    expect(await rulesOf('web')).not.toContain('-A CHAOS-INPUT');
  });

  test('shifts the clock of a pod, and puts it right again', async () => {
    await scene.create(
      experiment('TimeChaos', 'later', { mode: 'all', ...choosing('node'), timeOffset: '1h', duration: '6s' }),
    );
    const aheadMs = async () => Number(await scene.kubectl('logs', 'node', '--tail=1')) - Date.now();
    await untilInjected('timechaos', 'later');
    expect(await eventually(aheadMs, (ms) => ms > 1_000)).toBeCloseTo(3_600_000, -4);
    await untilRecovered('timechaos', 'later');
    await eventually(aheadMs, (ms) => ms < 1_000);
  });

  test('takes memory in the name of a pod, and gives it back', async () => {
    const used = 'cd /sys/fs/cgroup; cat memory.current 2>/dev/null || cat memory/memory.usage_in_bytes';
    const bytesUsed = async () => Number(await scene.shell('client', used));
    const memory = { workers: 2, size: '128MB' };
    await scene.create(
      experiment('StressChaos', 'full', { mode: 'all', ...choosing('client'), stressors: { memory }, duration: '8s' }),
    );
    await untilInjected('stresschaos', 'full');
    await eventually(bytesUsed, (bytes) => bytes > 128e6 && bytes < 180e6);
    await untilRecovered('stresschaos', 'full');
    await eventually(bytesUsed, (bytes) => bytes < 64e6);
  });

  test('kills a pod', async () => {
    const { metadata } = await scene.read<{ metadata: { uid: string } }>('pod', 'web');
    await scene.create(experiment('PodChaos', 'killed', { action: 'pod-kill', mode: 'one', ...choosing('web') }));
    const left = () => scene.kubectl('get', 'pod', 'web', '--ignore-not-found', '--output=jsonpath={.metadata.uid}');
    await eventually(left, (uid) => uid !== metadata.uid);
  });
});
