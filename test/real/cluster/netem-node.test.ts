import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { netemNode } from '../../../lab/cluster/netem-node/addresses.ts';
import { askNetemNode } from '../../../lab/cluster/netem-node/ask.ts';
import { kubectlOn } from '../../../lab/cluster/workloads/access.ts';

const namespace = `netem-node-${randomUUID().slice(0, 8)}`;
const port = 8080;
const longestConnectMs = 10_000;
let cluster: Cluster;
let far: string;
let near: string;

beforeAll(async () => {
  cluster = await startCluster();
  await kubectlOn(
    cluster,
    [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      pod('far', { [netemNode.label]: 'true' }),
      pod('near', { 'kubernetes.io/hostname': 'lab-node-1' }),
    ],
    'create',
  );
  await cluster.kubectl('wait', '-n', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=110s');
  [far, near] = [await addressOf('far'), await addressOf('near')];
});

afterAll(async () => {
  await cluster?.kubectl('delete', 'namespace', namespace, '--wait=false');
});

function pod(name: string, nodeSelector: Record<string, string>) {
  const command = [
    'sh',
    '-c',
    `mkdir /tmp/served && echo ${name} > /tmp/served/name && httpd -f -p ${port} -h /tmp/served`,
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      nodeSelector,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'server', image: 'steadfast.test/busybox:1', command }],
    },
  };
}

async function addressOf(name: string): Promise<string> {
  return (await cluster.kubectl('get', 'pod', name, '-n', namespace, '-o', 'jsonpath={.status.podIP}')).trim();
}

/** How long a connection to the pod under fault takes from here, on node 1; infinite if none comes about. */
function connectMs(): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: far, port });
    socket.setTimeout(longestConnectMs, () => socket.destroy(new Error('no connection in time')));
    socket.once('error', () => resolve(Number.POSITIVE_INFINITY));
    socket.once('connect', () => {
      resolve(performance.now() - began);
      socket.destroy();
    });
  });
}

function connectTimes(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, connectMs));
}

/** Requests for a connection that this network had to repeat, since it began. */
async function repeatedRequests(): Promise<number> {
  const [names, values] = (await readFile('/proc/self/net/netstat', 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'))
    .map((line) => line.split(' '));
  return Number(values![names!.indexOf('TCPSynRetrans')]);
}

async function inject(name: string, fault: object): Promise<void> {
  const selector = { namespaces: [namespace], labelSelectors: { app: 'far' } };
  const spec = { mode: 'all', selector, duration: '60s', ...fault };
  await kubectlOn(
    cluster,
    [{ apiVersion: 'chaos-mesh.org/v1alpha1', kind: 'NetworkChaos', metadata: { name, namespace }, spec }],
    'create',
  );
  await untilPhaseIs(name, 'Injected');
}

async function untilPhaseIs(name: string, phase: string): Promise<void> {
  const records = '{.status.experiment.containerRecords[*].phase}';
  for (const end = performance.now() + 60_000; ; await sleep(300)) {
    const found = await cluster.kubectl('get', 'networkchaos', name, '-n', namespace, '-o', `jsonpath=${records}`);
    if (found.trim() === phase) return;
    if (performance.now() > end) throw new Error(`${name} is "${found}", not ${phase}: ${await describeFault(name)}`);
  }
}

function describeFault(name: string): Promise<string> {
  return cluster.kubectl('describe', 'networkchaos', name, '-n', namespace);
}

/** What shapes traffic in the network namespace of the pod under fault. */
function queueingOfFar(): Promise<string> {
  return askNetemNode(
    cluster.place,
    `for network in /run/netns/cni-*; do
       if nsenter --net=$network ip -oneline address | grep -q ' ${far}/'; then nsenter --net=$network tc qdisc; fi
     done`,
  );
}

test('the second node is ready, and nothing comes to it by chance', async () => {
  const node = JSON.parse(await cluster.kubectl('get', 'node', netemNode.name, '-o', 'json'));

  const ready = node.status.conditions.find(({ type }: { type: string }) => type === 'Ready');
  expect(ready.status).toBe('True');
  expect(node.metadata.labels[netemNode.label]).toBe('true');
  expect(node.spec.taints).toContainEqual({ key: netemNode.label, value: 'true', effect: 'PreferNoSchedule' });
});

test('a pod of either node reaches the one on the other, by address and through names', async () => {
  const served = (from: string, address: string) =>
    cluster.kubectl('exec', '-n', namespace, from, '--', 'wget', '-qO-', `http://${address}:${port}/name`);

  expect(await served('near', far)).toBe('far\n');
  expect(await served('far', near)).toBe('near\n');
  const resolved = await cluster.kubectl(
    'exec',
    '-n',
    namespace,
    'far',
    '--',
    'nslookup',
    'kubernetes.default.svc.cluster.local',
  );
  expect(resolved).toContain('10.96.0.1');
});

describe('faults that take netem', () => {
  test('a delay of 500 ms +- 100 ms is felt as that, and goes', async () => {
    await inject('delay', { action: 'delay', delay: { latency: '500ms', jitter: '100ms' } });
    const delayed = await connectTimes(5);
    const queueing = await queueingOfFar();
    await cluster.kubectl('delete', 'networkchaos', 'delay', '-n', namespace, '--timeout=60s');

    expect(queueing).toContain('delay 500ms  100ms');
    for (const ms of delayed) expect(ms).toSatisfy((it: number) => it > 390 && it < 1_000, 'from 0.4 s to 1 s');
    expect(await queueingOfFar()).not.toMatch(/netem|prio|tbf/);
    expect(Math.max(...(await connectTimes(5)))).toBeLessThan(300);
  });

  test('a loss of half of all packets is felt as requests that have to be repeated, and goes', async () => {
    await inject('loss', { action: 'loss', loss: { loss: '50' } });
    const before = await repeatedRequests();
    const times = await connectTimes(12);
    const repeated = (await repeatedRequests()) - before;
    await cluster.kubectl('delete', 'networkchaos', 'loss', '-n', namespace, '--timeout=60s');

    expect(times.filter((ms) => ms > 900).length, `of ${times.map(Math.round)} ms`).toBeGreaterThan(0);
    expect(repeated).toBeGreaterThan(0);
    expect(await queueingOfFar()).not.toMatch(/netem|prio|tbf/);
    expect(Math.max(...(await connectTimes(12)))).toBeLessThan(300);
  });
});
