import { expect, test } from 'vitest';
import { metricTargetsOf, nodeTargetsOf } from '../../../../lab/workloads/targets/targets.ts';

const pod = (change: object = {}) => ({
  metadata: { namespace: 'a', name: 'pod-1', labels: { app: 'web' } },
  spec: {
    containers: [
      {
        name: 'main',
        ports: [
          { name: 'metrics', containerPort: 1 },
          { name: 'http', containerPort: 2 },
        ],
      },
      { name: 'sidecar', ports: [{ name: 'metrics-more', containerPort: 3 }, { containerPort: 4 }] },
      { name: 'silent' },
    ],
  },
  status: { phase: 'Running', podIP: '10.0.0.7' },
  ...change,
});

test('each port whose name begins with "metrics" is a target, with labels that say whose it is', () => {
  const labels = { namespace: 'a', pod: 'pod-1', app: 'web' };
  expect(metricTargetsOf({ items: [pod()] })).toEqual([
    { targets: ['10.0.0.7:1'], labels: { ...labels, container: 'main' } },
    { targets: ['10.0.0.7:3'], labels: { ...labels, container: 'sidecar' } },
  ]);
});

test.each([
  ['has ended', { status: { phase: 'Succeeded', podIP: '10.0.0.7' } }],
  ['has no address yet', { status: { phase: 'Running' } }],
])('a pod that %s is no target', (_, change) => {
  expect(metricTargetsOf({ items: [pod(change)] })).toEqual([]);
});

test('each node is a target by its address inside the cluster', () => {
  const addresses = [
    { type: 'Hostname', address: 'node-1' },
    { type: 'InternalIP', address: '10.0.0.1' },
  ];
  expect(nodeTargetsOf({ items: [{ metadata: { name: 'node-1' }, status: { addresses } }] }, 31766)).toEqual([
    { targets: ['10.0.0.1:31766'], labels: { node: 'node-1' } },
  ]);
});
