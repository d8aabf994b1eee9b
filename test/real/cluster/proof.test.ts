/** That each fault of the first node is proven by its mechanism, and nothing but the truth is said of what stays. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { inPodNetwork } from '../../../lab/cluster/pod-network.ts';
import type { KubeClient } from '../../../src/clients/kubernetes/client.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import { choosing, proveByHand, service } from './proof-scene.ts';
import { openScene, type Scene } from './scene.ts';

const onNode1 = { 'kubernetes.io/hostname': 'lab-node-1' };
const duration = '5m';
let cluster: Cluster;
let scene: Scene;
let kube: KubeClient;

beforeAll(async () => {
  cluster = await startCluster();
  scene = await openScene(cluster);
  kube = await openKubeClient({ kubeconfig: cluster.kubeconfig });
  await scene.create(
    ...['web', 'idle', 'client', 'stressed', 'failing', 'restarted', 'killed'].map((name) => service(name, onNode1)),
  );
  await scene.kubectl('wait', 'pod', '--all', '--for=condition=Ready', '--timeout=110s');
});
afterAll(async () => {
  kube?.close();
  await scene?.[Symbol.asyncDispose]();
});

const prove = (kind: string, name: string, spec: object, more: object = {}) =>
  proveByHand({ kube, scene, kind, name, spec, ...more });

const address = async (pod: string) => (await scene.read<{ status: { podIP: string } }>('pod', pod)).status.podIP;

describe('a partition', () => {
  test('is proven by packets that were dropped, and leaves nothing behind that packets meet', async () => {
    const spec = { action: 'partition', direction: 'both', ...choosing('web'), target: choosing('client'), duration };
    const ip = await address('web');
    const meanwhile = () => scene.shell('client', `timeout 2 wget -qO- http://${ip}:8080 || true`);
    const { evidence, early, after } = await prove('NetworkChaos', 'cut', spec, { meanwhile });
    expect(evidence).toContainEqual(
      expect.objectContaining({ of: 'mechanism', holds: true, text: expect.stringMatching(/packets dropped in/) }),
    );
    expect(early).toMatchObject({ state: 'stays', text: expect.stringContaining('rules still stand') });
    expect(after.state).toBe('cleared');
    expect(await inPodNetwork(cluster, scene.namespace, 'web', 'iptables-save')).not.toMatch(/-A CHAOS-(IN|OUT)PUT/);
  });

  test('that nothing tries to cross is not proven', async () => {
    const spec = {
      action: 'partition',
      direction: 'both',
      ...choosing('idle'),
      target: choosing('stressed'),
      duration,
    };
    const { evidence } = await prove('NetworkChaos', 'vain', spec);
    expect(evidence).toContainEqual(
      expect.objectContaining({ holds: false, text: expect.stringContaining('but no packet met them') }),
    );
  });
});

test('a limit to bandwidth rests on its rule, and is gone afterwards', async () => {
  const bandwidth = { rate: '1mbit', limit: 100_000, buffer: 10_000 };
  const qdiscs = () => inPodNetwork(cluster, scene.namespace, 'web', 'tc qdisc');
  let during = '';
  const meanwhile = async () => {
    during = await qdiscs();
  };
  const spec = { action: 'bandwidth', ...choosing('web'), bandwidth, duration };
  const { evidence, early, after } = await prove('NetworkChaos', 'narrow', spec, { meanwhile });
  expect(during).toContain('tbf');
  expect(evidence).toMatchObject([{ holds: true, text: expect.stringContaining('its effect was not measured') }]);
  expect(early.state).toBe('stays');
  expect(after.state).toBe('cleared');
  expect(await qdiscs()).not.toContain('tbf');
});

test('a delay that the kernel cannot do is refuted with the reason, and leaves a finding whose command frees it', async () => {
  const spec = { action: 'delay', ...choosing('idle'), delay: { latency: '500ms' }, duration };
  const { evidence, after } = await prove('NetworkChaos', 'impossible', spec, { mayFail: true });
  expect(evidence).toMatchObject([{ holds: false, text: expect.stringContaining('unable to set tcs') }]);
  const finding = after.state === 'cleared' ? after.evidence.find(({ of }) => of === 'finding') : undefined;
  const command = /kubectl (delete podnetworkchaos\.chaos-mesh\.org .*)$/.exec(finding?.text ?? '')?.[1];
  expect(command, JSON.stringify(after)).toBeDefined();
  await cluster.kubectl(...command!.split(' '));
  await scene.kubectl('wait', 'networkchaos.chaos-mesh.org/impossible', '--for=delete', '--timeout=90s');
});

test('stress is proven by processor time', async () => {
  const spec = { ...choosing('stressed'), stressors: { cpu: { workers: 1, load: 80 } }, duration };
  const { evidence } = await prove('StressChaos', 'busy', spec, { meanwhile: () => someTime(25_000) });
  expect(evidence).toMatchObject([{ holds: true, text: expect.stringContaining('of processor time') }]);
});

test('stress of memory is proven by memory', async () => {
  const spec = { ...choosing('stressed'), stressors: { memory: { workers: 1, size: '100MB' } }, duration };
  const { evidence } = await prove('StressChaos', 'full', spec, { meanwhile: () => someTime(20_000) });
  expect(evidence).toMatchObject([{ holds: true, text: expect.stringContaining('of memory') }]);
});

test('a shifted clock is proven by what the process itself says of the time', async () => {
  const spec = { ...choosing('web'), timeOffset: '+30s', duration };
  const { evidence, after } = await prove('TimeChaos', 'later', spec, { meanwhile: () => someTime(3_000) });
  expect(evidence).toMatchObject([{ holds: true }]);
  expect(evidence[0]!.values!['stepMs']).toBeGreaterThan(28_000);
  expect(after.state).toBe('cleared');
});

test('pod-failure is proven by another image, and stays until the own one is back', async () => {
  const spec = { action: 'pod-failure', ...choosing('failing'), duration };
  const { evidence, early, after } = await prove('PodChaos', 'failed', spec, { meanwhile: () => someTime(5_000) });
  expect(evidence).toMatchObject([
    { holds: true, text: expect.stringContaining('in place of steadfast.test/node:24') },
  ]);
  expect(early.state).toBe('stays');
  expect(after.state).toBe('cleared');
});

test('container-kill is proven by a restart', async () => {
  const spec = { action: 'container-kill', ...choosing('restarted'), containerNames: ['main'] };
  const { evidence } = await prove('PodChaos', 'restart', spec, { meanwhile: () => someTime(3_000) });
  expect(evidence).toMatchObject([{ holds: true, text: expect.stringContaining('0 restarts before, 1 now') }]);
});

test('pod-kill is proven by a pod that is gone', async () => {
  const { evidence } = await prove('PodChaos', 'kill', { action: 'pod-kill', ...choosing('killed') });
  expect(evidence).toMatchObject([{ holds: true, text: `${scene.namespace}/killed is gone` }]);
});

function someTime(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
