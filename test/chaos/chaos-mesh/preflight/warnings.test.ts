/** What is not refused, and what is only said. The real thing: `test/real/cluster/check-cluster.test.ts`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Preflight } from '../../../../src/chaos/chaos-mesh/preflight/contract.ts';
import { chaos, openPreflightStage, PLACES, type PreflightStage, podKill } from './preflight-stage.ts';

let stage: PreflightStage;
beforeEach(async () => {
  stage = await openPreflightStage();
});
afterEach(() => stage[Symbol.asyncDispose]());

function facts({ preparation }: Preflight): string[] {
  return (preparation.facts ?? []).map(({ text }) => text);
}

test.each<[string, (stage: PreflightStage) => void, typeof podKill]>([
  [
    'a path of a mount with a slash at its end',
    () => {},
    chaos('IOChaos', { action: 'latency', volumePath: '/data/' }),
  ],
  [
    'a controller in another namespace than the usual one',
    ({ peer }) => {
      peer.remove(PLACES.controllers);
      peer.put('/apis/discovery.k8s.io/v1/namespaces/chaos-testing/endpointslices', {
        metadata: {
          name: 'chaos-mesh-controller-manager-abc',
          labels: { 'app.kubernetes.io/component': 'controller-manager' },
        },
        endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
      });
    },
    podKill,
  ],
  [
    'a rollout that is to stop at some of the pods, once it has',
    ({ peer }) =>
      peer.put(PLACES.deployment.replace('deployments/web', 'statefulsets'), {
        metadata: { name: 'web', generation: 1 },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'web' } },
          updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
        },
        status: { observedGeneration: 1, updatedReplicas: 1, readyReplicas: 2 },
      }),
    podKill,
  ],
])('nothing is refused for %s', async (_, arrange, manifest) => {
  arrange(stage);
  expect((await stage.check(manifest)).preparation.problems).toEqual([]);
});

describe('it is only said', () => {
  test('that a disruption budget will be broken', async () => {
    stage.peer.put(PLACES.budget.slice(0, -4), {
      metadata: { name: 'web' },
      spec: { selector: { matchLabels: { app: 'web' } } },
      status: { disruptionsAllowed: 1 },
    });
    const found = await stage.check(podKill);
    expect(found.preparation.problems).toEqual([]);
    expect(facts(found)).toContainEqual(
      expect.stringContaining('the disruption budget shop/web allows 1: Chaos Mesh does not heed it'),
    );
  });

  test.each<[string, (stage: PreflightStage) => void, typeof podKill, string]>([
    [
      'that the version cannot be told',
      ({ peer }) => peer.remove(PLACES.controller),
      podKill,
      'the version of Chaos Mesh cannot be told',
    ],
    [
      'that a kernel may lack what is needed',
      () => {},
      chaos('NetworkChaos', { action: 'loss', loss: { loss: '50' } }),
      'whether the kernel of node-1 has sch_netem cannot be seen',
    ],
    [
      'that not all pods are ready',
      ({ change }) =>
        change(PLACES.deployment, { status: { observedGeneration: 3, updatedReplicas: 2, readyReplicas: 1 } }),
      podKill,
      'only 1 of 2 pods of deployment shop/web are ready',
    ],
    [
      'that a proof will be lacking',
      ({ answer }) => answer(denies('get', 'nodes'), { status: 201, body: { status: { allowed: false } } }),
      chaos('StressChaos', { stressors: { cpu: { workers: 1 } } }),
      'not allowed: get nodes/proxy (to measure the stress by the kubelet)',
    ],
  ])('%s', async (_, spoil, manifest, fact) => {
    spoil(stage);
    const found = await stage.check(manifest);
    expect(found.preparation.problems).toEqual([]);
    expect(facts(found)).toContainEqual(expect.stringContaining(fact));
  });

  test('that a pod that does not know itself may be among the targets', async () => {
    const self = { namespace: 'other', pod: 'node-1', unsure: 'there is no pod other/node-1' };
    const found = await stage.check(podKill, { self });
    const text = 'whether this very pod is among the targets is not known: there is no pod other/node-1';
    expect(facts(found)).toContainEqual(text);
  });

  test('that stress slows the measuring down, where both are on one node', async () => {
    const stress = chaos('StressChaos', { stressors: { cpu: { workers: 1 } } });
    const found = await stage.check(stress, { self: { namespace: 'other', pod: 'runner', node: 'node-1' } });
    expect(facts(found)).toContainEqual(expect.stringContaining('on which this run measures'));
  });
});

type Request = { path: string; body: unknown; query: URLSearchParams };

function denies(verb: string, resource: string): (request: Request) => boolean {
  return ({ path, body }) => {
    if (!path.endsWith('accessreviews')) return false;
    const { resourceAttributes } = (body as { spec: { resourceAttributes: Record<string, string> } }).spec;
    return resourceAttributes['verb'] === verb && resourceAttributes['resource'] === resource;
  };
}
