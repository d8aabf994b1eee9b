/** That faults of a kernel with netem are felt, by what handshakes and the daemon's counters say. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { netemNode } from '../../../lab/cluster/netem-node/addresses.ts';
import { inPodNetwork } from '../../../lab/cluster/pod-network.ts';
import type { KubeClient } from '../../../src/clients/kubernetes/client.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import { choosing, proveByHand, service } from './proof-scene.ts';
import { openScene, type Scene } from './scene.ts';

const duration = '5m';
let cluster: Cluster;
let scene: Scene;
let kube: KubeClient;

beforeAll(async () => {
  cluster = await startCluster();
  scene = await openScene(cluster);
  kube = await openKubeClient({ kubeconfig: cluster.kubeconfig });
  await scene.create(
    service('web', { [netemNode.label]: 'true' }),
    service('client', { 'kubernetes.io/hostname': 'lab-node-1' }),
  );
  await scene.kubectl('wait', 'pod', '--all', '--for=condition=Ready', '--timeout=110s');
});
afterAll(async () => {
  kube?.close();
  await scene?.[Symbol.asyncDispose]();
});

const prove = (name: string, spec: object, more: object = {}) =>
  proveByHand({ kube, scene, kind: 'NetworkChaos', name, spec, ...more });

const qdiscs = () => inPodNetwork(cluster, scene.namespace, 'web', 'tc qdisc');

test('a delay is felt in handshakes as that delay', async () => {
  const delay = { latency: '500ms', jitter: '100ms' };
  const { evidence, after } = await prove('slow', { action: 'delay', ...choosing('web'), delay, duration });
  expect(evidence).toMatchObject([{ holds: true, text: expect.stringContaining('a handshake took') }]);
  const { handshakeMs, handshakeBeforeMs } = evidence[0]!.values!;
  expect(handshakeMs! - handshakeBeforeMs!).toBeGreaterThan(300);
  expect(after.state).toBe('cleared');
  expect(await qdiscs()).not.toContain('netem');
});

test('a loss is felt in handshakes that had to be repeated', async () => {
  const loss = { loss: '50', correlation: '25' };
  const { evidence, after } = await prove('lossy', { action: 'loss', ...choosing('web'), loss, duration });
  expect(evidence).toMatchObject([{ holds: true, text: expect.stringContaining('lost their first answer') }]);
  expect(after.state).toBe('cleared');
});

test('a delay towards one pod alone is proven by the packets that were sorted into its queue', async () => {
  const { status } = await scene.read<{ status: { podIP: string } }>('pod', 'web');
  const meanwhile = () => scene.shell('client', `timeout 10 wget -qO- http://${status.podIP}:8080 || true`);
  const spec = {
    action: 'delay',
    ...choosing('web'),
    target: choosing('client'),
    delay: { latency: '200ms' },
    duration,
  };
  const { evidence, after } = await prove('slow-for-one', spec, { meanwhile });
  expect(evidence[0]).toMatchObject({ of: 'mechanism', holds: true, text: expect.stringContaining('shaped queue') });
  expect(after.state).toBe('cleared');
  expect(await qdiscs()).not.toContain('prio');
});
