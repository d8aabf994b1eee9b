import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { askMachine } from '../../../lab/cluster/ask-machine.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { netemNode } from '../../../lab/cluster/netem-node/addresses.ts';
import { inPodNetwork } from '../../../lab/cluster/pod-network.ts';
import { runCommand } from '../../../lab/getting/command.ts';
import { eventually, openScene, type Scene } from './scene.ts';

const port = 8080;
const longestConnectMs = 10_000;
let cluster: Cluster;
let scene: Scene;

beforeAll(async () => {
  cluster = await startCluster();
  scene = await openScene(cluster);
  await scene.create(
    pod('far', { [netemNode.label]: 'true' }),
    pod('near', { 'kubernetes.io/hostname': 'lab-node-1' }),
  );
  await scene.kubectl('wait', 'pod', '--all', '--for=condition=Ready', '--timeout=110s');
});
afterAll(() => scene[Symbol.asyncDispose]());

function pod(name: string, nodeSelector: Record<string, string>) {
  const script = `mkdir -p /tmp/served; echo ${name} > /tmp/served/name; exec httpd -f -p ${port} -h /tmp/served`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      nodeSelector,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'server', image: 'steadfast.test/busybox:1', command: ['sh', '-c', script] }],
    },
  };
}

async function addressOf(name: string): Promise<string> {
  return (await scene.read<{ status: { podIP: string } }>('pod', name)).status.podIP;
}

async function nameServedAt(address: string, from: string): Promise<string> {
  return await scene.shell(from, `timeout 20 wget -qO- http://${address}:${port}/name`);
}

/** How long each of some connections at once takes from here, on node 1; infinite if one does not come about. */
function connectTimes(count: number, host: string): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => connectMs(host)));
}

function connectMs(host: string): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.setTimeout(longestConnectMs, () => socket.destroy(new Error('no connection in time')));
    socket.once('error', () => resolve(Number.POSITIVE_INFINITY));
    socket.once('connect', () => {
      resolve(performance.now() - began);
      socket.destroy();
    });
  });
}

/** Requests for a connection that had to be repeated in this network since it began. */
async function repeatedRequests(): Promise<number> {
  const lines = (await readFile('/proc/self/net/netstat', 'utf8')).split('\n');
  const [names, values] = lines.filter((line) => line.startsWith('TcpExt:')).map((line) => line.split(' '));
  return Number(values![names!.indexOf('TCPSynRetrans')]);
}

interface NetworkChaos {
  status?: { experiment?: { containerRecords?: { phase: string }[] } };
}

async function inject(name: string, fault: object): Promise<void> {
  const selector = { namespaces: [scene.namespace], labelSelectors: { app: 'far' } };
  const spec = { mode: 'all', selector, duration: '120s', ...fault };
  await scene.create({ apiVersion: 'chaos-mesh.org/v1alpha1', kind: 'NetworkChaos', metadata: { name }, spec });
  await eventually(
    async () => (await scene.read<NetworkChaos>('networkchaos', name)).status?.experiment?.containerRecords ?? [],
    (records) => records.length === 1 && records[0]!.phase === 'Injected',
  );
}

async function remove(name: string): Promise<void> {
  await scene.kubectl('delete', 'networkchaos', name, '--timeout=60s');
}

function queueingOfFar(): Promise<string> {
  return inPodNetwork(cluster, scene.namespace, 'far', 'tc qdisc');
}

test('the second node is ready, and nothing comes to it by chance', async () => {
  const node = JSON.parse(await cluster.kubectl('get', 'node', netemNode.name, '-o', 'json'));

  expect(node.status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  expect(node.metadata.labels[netemNode.label]).toBe('true');
  expect(node.spec.taints).toContainEqual({ key: netemNode.label, value: 'true', effect: 'PreferNoSchedule' });
});

test('a pod of either node reaches the one on the other, and names resolve on the second', async () => {
  expect(await nameServedAt(await addressOf('far'), 'near')).toBe('far\n');
  expect(await nameServedAt(await addressOf('near'), 'far')).toBe('near\n');
  expect(await scene.shell('far', 'nslookup kubernetes.default.svc.cluster.local')).toContain('10.96.0.1');
});

describe('faults that take netem', () => {
  test('a delay of 500 ms +- 100 ms is felt as that, and goes', async () => {
    const far = await addressOf('far');

    await inject('delay', { action: 'delay', delay: { latency: '500ms', jitter: '100ms' } });
    const queueing = await queueingOfFar();
    const delayed = await connectTimes(5, far);
    await remove('delay');

    expect(queueing).toContain('delay 500ms  100ms');
    for (const ms of delayed) expect(ms).toSatisfy((it: number) => it > 390 && it < 1_000, 'from 0.4 s to 1 s');
    expect(await queueingOfFar()).not.toMatch(/netem|prio|tbf/);
    expect(Math.max(...(await connectTimes(5, far)))).toBeLessThan(300);
  });

  test('a loss of half of all packets is felt as requests that have to be repeated, and goes', async () => {
    const far = await addressOf('far');

    await inject('loss', { action: 'loss', loss: { loss: '50' } });
    const before = await repeatedRequests();
    const times = await connectTimes(12, far);
    const repeated = (await repeatedRequests()) - before;
    await remove('loss');

    expect(times.filter((ms) => ms > 900).length, `of ${times.map(Math.round)} ms`).toBeGreaterThan(0);
    expect(repeated).toBeGreaterThan(0);
    expect(await queueingOfFar()).not.toMatch(/netem|prio|tbf/);
    expect(Math.max(...(await connectTimes(12, far)))).toBeLessThan(300);
  });
});

test('the second node can be started again after its kernel was killed, and its pods come back', async () => {
  const running = await askMachine(cluster.place.controlSocket, 'GET', '/');
  const [program, ...args] = cluster.onNode('kill', '-KILL', String(running['netem-node']));
  await runCommand(program!, args);
  await eventually(
    () => askMachine(cluster.place.controlSocket, 'GET', '/'),
    (servers) => servers['netem-node'] === null,
  );

  await cluster.startServer('netem-node');

  await eventually(
    async () => await nameServedAt(await addressOf('far'), 'near').catch((error: Error) => error.message),
    (served) => served === 'far\n',
  );
});
