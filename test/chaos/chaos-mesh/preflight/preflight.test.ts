/** What refuses a run before anything is touched, and what is only said. The real thing: `test/real/cluster/check-cluster.test.ts`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Preflight } from '../../../../src/chaos/chaos-mesh/preflight/contract.ts';
import {
  bandwidth,
  chaos,
  NAMESPACE,
  openPreflightStage,
  PLACES,
  type PreflightStage,
  podKill,
} from './preflight-stage.ts';

let stage: PreflightStage;
beforeEach(async () => {
  stage = await openPreflightStage();
});
afterEach(() => stage[Symbol.asyncDispose]());

function facts({ preparation }: Preflight): string[] {
  return (preparation.facts ?? []).map(({ text }) => text);
}

function filterNamespaces({ peer }: PreflightStage): void {
  const container = {
    image: 'ghcr.io/chaos-mesh/chaos-mesh:v2.8.3',
    env: [{ name: 'ENABLE_FILTER_NAMESPACE', value: 'true' }],
  };
  peer.change(PLACES.controller, (object) => {
    object.spec = { template: { spec: { containers: [container] } } };
  });
}

test('a cluster in which all is well refuses nothing, and names the targets and their pods', async () => {
  const found = await stage.check(bandwidth);
  expect(found.preparation.problems).toEqual([]);
  expect(found.preparation.targets).toEqual(['shop/web-1', 'shop/web-2']);
  expect(found.faults[0]?.candidates.map(({ key, pod }) => `${key} ${pod.name}`)).toEqual(['. web-1', '. web-2']);
  expect(facts(found)).toContain('Chaos Mesh 2.8.3');
});

test('a namespace that asks for faults is not refused by a controller that heeds only those', async () => {
  filterNamespaces(stage);
  stage.peer.change(PLACES.namespace, ({ metadata }) =>
    Object.assign(metadata.annotations!, { 'chaos-mesh.org/inject': 'enabled' }),
  );
  expect((await stage.check(podKill)).preparation.problems).toEqual([]);
});

test('looking changes nothing', async () => {
  await stage.check(bandwidth);
  const writes = stage.peer.requests.filter(({ method, path }) => method !== 'GET' && !path.endsWith('accessreviews'));
  expect(writes.map(({ method, query }) => [method, query.get('dryRun')])).toEqual([['POST', 'All']]);
});

describe('a run is refused', () => {
  test.each<[string, (stage: PreflightStage) => void, typeof podKill, string]>([
    [
      'where no pod matches',
      () => {},
      chaos('PodChaos', { action: 'pod-kill', selector: { labelSelectors: { app: 'wbe' } } }),
      'the PodChaos matches no pod in shop',
    ],
    [
      'where the target of a network fault matches none',
      () => {},
      chaos('NetworkChaos', {
        action: 'partition',
        target: { mode: 'all', selector: { labelSelectors: { app: 'db' } } },
      }),
      'the target of the NetworkChaos matches no pod in shop',
    ],
    [
      'where the controller heeds only namespaces that ask for faults, and this one does not',
      filterNamespaces,
      podKill,
      'the controller of Chaos Mesh passes over namespace shop: it heeds only those with the annotation chaos-mesh.org/inject: enabled',
    ],
    [
      'where a target is not running',
      ({ change }) => change(PLACES.web, { status: { phase: 'Pending' } }),
      podKill,
      'pod shop/web-1 is Pending',
    ],
    [
      'where a target is about to go',
      ({ peer }) =>
        peer.change(PLACES.web, ({ metadata }) => {
          metadata.finalizers = ['x'];
          metadata.deletionTimestamp = 'now';
        }),
      podKill,
      'pod shop/web-1 is being deleted',
    ],
    [
      'where a rollout is in progress',
      ({ change }) =>
        change(PLACES.deployment, { status: { observedGeneration: 3, updatedReplicas: 1, readyReplicas: 2 } }),
      podKill,
      'a rollout of deployment shop/web is in progress: 1 of 2 pods are new',
    ],
    [
      'where a rollout has not even been noticed',
      ({ change }) =>
        change(PLACES.deployment, { status: { observedGeneration: 2, updatedReplicas: 2, readyReplicas: 2 } }),
      podKill,
      'a rollout of deployment shop/web is in progress',
    ],
    [
      'without approval',
      ({ peer }) =>
        peer.change(PLACES.namespace, ({ metadata }) => {
          metadata.annotations = {};
        }),
      podKill,
      'namespace shop does not approve of this plan (steadfast/approved: sha256:abc)',
    ],
    [
      'where the namespace does not exist',
      ({ peer }) => peer.remove(PLACES.namespace),
      podKill,
      'there is no namespace shop',
    ],
    [
      'where a permission is lacking',
      ({ answer }) => answer(denies('create', 'podchaos'), { status: 201, body: { status: { allowed: false } } }),
      podKill,
      'not allowed: create podchaos.chaos-mesh.org in shop',
    ],
    [
      'where permissions cannot be asked',
      ({ answer }) =>
        answer(({ path }) => path.endsWith('accessreviews'), { status: 401, body: { message: 'Unauthorized' } }),
      podKill,
      'what is allowed cannot be asked: Unauthorized',
    ],
    [
      'where a webhook says no',
      ({ answer }) =>
        answer(isDryRun, { status: 400, body: { message: 'admission webhook denied the request: method ALL' } }),
      podKill,
      'the cluster refuses it: admission webhook denied the request: method ALL',
    ],
    [
      'where a webhook does not answer',
      ({ answer }) =>
        answer(isDryRun, {
          status: 500,
          body: { message: 'failed calling webhook "vpodchaos.kb.io": context deadline exceeded' },
        }),
      podKill,
      'a webhook of Chaos Mesh does not answer',
    ],
    [
      'where Chaos Mesh is not there',
      ({ answer }) =>
        answer(isDryRun, { status: 404, body: { message: 'the server could not find the requested resource' } }),
      podKill,
      'this cluster knows no podchaos: Chaos Mesh is not installed',
    ],
    [
      'where Chaos Mesh is too old',
      ({ change }) =>
        change(PLACES.controller, { spec: { template: { spec: { containers: [{ image: 'x/chaos-mesh:v2.6.2' }] } } } }),
      podKill,
      'Chaos Mesh 2.6.2 is too old',
    ],
    [
      'where no controller is ready',
      ({ change }) =>
        change(PLACES.controllers, { endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: false } }] }),
      podKill,
      'no controller of Chaos Mesh is ready',
    ],
    [
      'where there is no controller',
      ({ peer }) => peer.remove(PLACES.controllers),
      podKill,
      'there is no controller of Chaos Mesh in namespace chaos-mesh',
    ],
    [
      "where no daemon is on a target's node",
      ({ change }) => change(PLACES.daemons, { endpoints: [{ addresses: ['127.0.0.1'], nodeName: 'node-2' }] }),
      bandwidth,
      'no chaos-daemon is ready on node node-1, where shop/web-1, shop/web-2 runs',
    ],
    [
      'where a daemon does not answer',
      ({ daemon }) => void daemon.close(),
      bandwidth,
      'the chaos-daemon of node node-1 does not show its metrics',
    ],
    [
      'where a target uses the network of its node',
      ({ peer }) => peer.change(PLACES.web, ({ spec }) => void Object.assign(spec as object, { hostNetwork: true })),
      bandwidth,
      "pod shop/web-1 uses its node's network",
    ],
    [
      'where DNS cannot be changed',
      ({ peer }) => peer.change(PLACES.web, ({ spec }) => readOnly(spec)),
      chaos('DNSChaos', { action: 'error' }),
      'container main has a read-only root file system',
    ],
    [
      'where a volume is none',
      () => {},
      chaos('IOChaos', { action: 'latency', volumePath: '/tmp' }),
      '/tmp is no mount of container main (there are: /data)',
    ],
    [
      'where a volume is none of the second container that is meant',
      ({ peer }) => peer.change(PLACES.web, ({ spec }) => void (spec as Containers).containers.push({ name: 'side' })),
      chaos('IOChaos', { action: 'latency', volumePath: '/data', containerNames: ['main', 'side'] }),
      '/data is no mount of container side (there are: none)',
    ],
    [
      'where named pods are not there, in their own namespace',
      () => {},
      chaos('PodChaos', { action: 'pod-kill', selector: { namespaces: ['other'], pods: { shop: ['web-9'] } } }),
      'the PodChaos matches no pod in shop: with one empty selector',
    ],
    [
      'where the API server does not answer about the object',
      ({ answer }) => answer(isDryRun, 'reset'),
      podKill,
      'whether the cluster would take it cannot be asked:',
    ],
    [
      'where a container is not there',
      () => {},
      chaos('PodChaos', { action: 'container-kill', containerNames: ['worker'] }),
      'pod shop/web-1 has no container worker; it has: main',
    ],
  ])('%s', async (_, spoil, manifest, problem) => {
    spoil(stage);
    const { preparation } = await stage.check(manifest);
    expect(preparation.problems).toContainEqual(expect.stringContaining(problem));
  });

  test('where more pods are meant than the plan allows', async () => {
    const { preparation } = await stage.check(podKill, {}, { maxTargets: 1, namespaces: [NAMESPACE] });
    expect(preparation.problems).toContain('2 targets, but limits.maxTargets is 1: shop/web-1, shop/web-2');
  });

  test('where several faults may choose more pods than the plan allows, each its own', async () => {
    const template = (name: string) => ({ name, templateType: 'PodChaos', deadline: '5s', podChaos: oneOfTwo });
    const oneOfTwo = { action: 'pod-failure', mode: 'one', selector: { labelSelectors: { app: 'web' } } };
    const templates = [
      { name: 'all', templateType: 'Parallel', children: ['first', 'second'] },
      ...['first', 'second'].map(template),
    ];
    const manifest = { ...podKill, kind: 'Workflow', spec: { entry: 'all', templates } };
    const { preparation } = await stage.check(manifest, {}, { maxTargets: 1, namespaces: [NAMESPACE] });
    expect(preparation.problems).toContainEqual(
      expect.stringContaining('2 targets, but limits.maxTargets is 1: 1 of 2 among shop/web-1, shop/web-2'),
    );
  });

  test('outside the namespaces that the plan limits itself to', async () => {
    const { preparation } = await stage.check(podKill, {}, { maxTargets: 3, namespaces: ['elsewhere'] });
    expect(preparation.problems).toEqual(['namespace shop is not among limits.namespaces']);
  });

  test('where it would strike itself', async () => {
    const { preparation } = await stage.check(podKill, { self: { namespace: 'shop', pod: 'web-2', node: 'node-1' } });
    expect(preparation.problems).toEqual(['this very pod is among the targets: shop/web-2']);
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

function isDryRun({ query }: Request): boolean {
  return query.get('dryRun') === 'All';
}

type Containers = { containers: object[] };

function readOnly(spec: unknown): void {
  const [container] = (spec as { containers: object[] }).containers;
  Object.assign(container!, { securityContext: { readOnlyRootFilesystem: true } });
}
