import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FinalReading, Reading } from '../../../src/probes/contract.ts';
import { k8sReadyProbe } from '../../../src/probes/k8s-ready/probe.ts';
import { type KubePeer, startKubePeer } from '../../loopback/kube-peer.ts';
import {
  type ContainerStanding,
  containerStatus,
  DEPLOYMENTS,
  deploymentObject,
  PODS,
  podObject,
} from '../pod-objects.ts';
import { openProbe, type TestSession } from '../session.ts';

let peer: KubePeer;
let open: TestSession | undefined;

beforeEach(async () => {
  peer = await startKubePeer();
});

afterEach(async () => {
  await open?.close();
  open = undefined;
  await peer.close();
});

async function watching(config: object): Promise<TestSession> {
  open = await openProbe(
    k8sReadyProbe,
    { namespace: 'ours', kubeconfig: peer.kubeconfig, ...config },
    { timeoutMs: 1_000 },
  );
  return open;
}

const bySelector = { selector: 'app=engine', atLeast: 2 };
const byWorkload = { workload: 'deployment/engine' };

function stand(name: string, standing: ContainerStanding): void {
  peer.change(`${PODS}/${name}`, (object) => {
    (object.status as Record<string, unknown>)['containerStatuses'] = [containerStatus(name, standing)];
  });
}

describe('who is good', () => {
  const pods = (...ready: boolean[]) =>
    ready.forEach((each, index) => void peer.put(PODS, podObject(`p${index}`, each)));

  it.for([
    ['all that the workload wants are ready', byWorkload, [true, true, true], 'good', undefined],
    ['one of three is not ready, and all are wanted', byWorkload, [true, true, false], 'bad', '2 of 3 pods are ready'],
    ['one of three is missing', byWorkload, [true, true], 'bad', '2 of 3 pods are ready'],
    ['as large a part as was asked for', { ...byWorkload, atLeast: '60%' }, [true, true, false], 'good', undefined],
    ['too small a part', { ...byWorkload, atLeast: '60%' }, [true, false, false], 'bad', '1 of 2 pods are ready'],
    ['as many as were asked for, by label', bySelector, [true, true, false], 'good', undefined],
    ['none of those that are there', bySelector, [false, false], 'bad', '0 of 2 pods are ready'],
  ] as const)('%s', async ([, config, ready, outcome, reason]) => {
    peer.put(DEPLOYMENTS, deploymentObject('engine', 3));
    pods(...ready);
    const { sample } = await watching(config);

    const reading = await sample();

    expect(reading).toMatchObject({ outcome, values: { ready: ready.filter(Boolean).length } });
    expect(reading.reason).toBe(reason);
    expect(reading.parts?.map((part) => part.outcome).includes('bad')).toBe(
      outcome === 'bad' && (ready as readonly boolean[]).includes(false),
    );
  });

  it('a pod that is being deleted is not ready any more', async () => {
    pods(true, true);
    peer.change(`${PODS}/p1`, ({ metadata }) => {
      Object.assign(metadata, { deletionTimestamp: new Date().toISOString(), finalizers: ['stays'] });
    });
    const { sample } = await watching(bySelector);

    expect(await sample()).toMatchObject({ outcome: 'bad', values: { ready: 1 } });
  });

  it.for([
    ['a selector that nothing has ever matched', { selector: 'app=engin', atLeast: 1 }],
    ['a workload that is not there', { workload: 'statefulset/engine' }],
  ] as const)('%s is no answer, never good', async ([, config]) => {
    pods(true);
    const { sample } = await watching(config);

    expect(await sample()).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('is that its name?') });
  });

  it('pods that were there and have all gone are bad', async () => {
    pods(true, true);
    const { sample } = await watching(bySelector);
    peer.remove(`${PODS}/p0`);
    peer.remove(`${PODS}/p1`);

    expect(await sample()).toMatchObject({ outcome: 'bad', values: { ready: 0, replaced: 2 } });
  });
});

describe('what is counted', () => {
  beforeEach(() => {
    peer.put(PODS, podObject('p0', true, { restarts: 4, last: 'OOMKilled' }));
    peer.put(PODS, podObject('p1'));
  });

  it('nothing that was before, each thing once, and the covers join', async () => {
    const { sample } = await watching(bySelector);
    const readings: Reading[] = [await sample()];
    stand('p0', { restarts: 4, last: 'OOMKilled', ended: 'OOMKilled' });
    readings.push(await sample());
    stand('p0', { restarts: 5, last: 'OOMKilled' });
    readings.push(await sample());
    stand('p1', { restarts: 1, last: 'Error' });
    readings.push(await sample(), await sample());

    expect(readings.map(({ values }) => [values['restarts'], values['oomKilled'], values['replaced']])).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [1, 0, 0],
      [0, 0, 0],
    ]);
    for (const [index, { covers }] of readings.slice(1).entries())
      expect(covers?.[0]).toBe(readings[index]!.covers?.[1]);
  });

  it('a pod that took the place of another, with the restarts that it has had by then', async () => {
    const { sample } = await watching(bySelector);
    peer.remove(`${PODS}/p1`);
    peer.put(PODS, podObject('p2', true, { restarts: 1, last: 'OOMKilled' }));

    expect((await sample()).values).toMatchObject({ restarts: 1, oomKilled: 1, replaced: 1 });
  });

  it('leaves holes where runs ended of which nobody can say how', async () => {
    const { sample } = await watching(bySelector);
    const before = await sample();
    stand('p1', { restarts: 3, last: 'OOMKilled' });
    const reading = await sample();
    const after = await sample();

    expect(reading.values).toMatchObject({ restarts: 3, oomKilled: 1 });
    expect(reading.covers![0]).toBeGreaterThan(before.covers![1]);
    expect(reading.covers![1]).toBeLessThan(after.covers![0]);
  });
});

describe('the end of an experiment', () => {
  beforeEach(() => peer.put(PODS, podObject('p0')));

  it('brings what became of the pods since the last sample', async () => {
    const { sample, session } = await watching(bySelector);
    const last = await sample();
    stand('p0', { restarts: 1, last: 'Error' });
    const final = (await session.drain!(AbortSignal.timeout(500))) as FinalReading;

    expect(final.values).toEqual({ restarts: 1, oomKilled: 0, replaced: 0 });
    expect(final.covers[0]).toBe(last.covers?.[1]);
  });

  it('leaves holes where the API server is away', async () => {
    const { sample, session } = await watching(bySelector);
    const last = await sample();
    peer.misbehave = () => 'reset';
    const final = (await session.drain!(AbortSignal.timeout(500))) as FinalReading;

    expect(final).toMatchObject({ values: { restarts: 0 }, reason: expect.stringMatching(/^the API server/) });
    expect(final.covers[0]).toBeGreaterThan(last.covers![1]);
  });
});

describe('an API server that is away', () => {
  beforeEach(() => {
    peer.put(PODS, podObject('p0'));
    peer.put(PODS, podObject('p1'));
  });

  it('is unknown with a reason, and what happened meanwhile is counted afterwards over the whole time', async () => {
    const { sample } = await watching(bySelector);
    const before = await sample();
    peer.misbehave = () => 'reset';
    stand('p0', { restarts: 1, last: 'Error' });
    const away = await sample();
    peer.misbehave = () => undefined;
    const after = await sample();

    expect(away).toEqual({ outcome: 'unknown', values: {}, reason: expect.stringMatching(/^the API server/) });
    expect(after.values).toMatchObject({ restarts: 1 });
    expect(after.covers?.[0]).toBe(before.covers?.[1]);
  });

  it('when the probe begins: counts begin with the first look that succeeds', async () => {
    peer.misbehave = () => 'reset';
    stand('p0', { restarts: 7, last: 'Error' });
    const { sample, context } = await watching(bySelector);
    peer.misbehave = () => undefined;
    const began = context.now();
    const reading = await sample();

    expect(reading.values).toMatchObject({ restarts: 0, ready: 2 });
    expect(reading.covers![0]).toBeGreaterThanOrEqual(began);
  });

  it('is unknown when it refuses, in its own words', async () => {
    const { sample } = await watching(bySelector);
    peer.misbehave = () => ({ status: 403, body: { reason: 'Forbidden', message: 'pods is forbidden: may not list' } });

    expect(await sample()).toMatchObject({ outcome: 'unknown', reason: 'pods is forbidden: may not list' });
  });
});

it.for([
  ['neither selector nor workload', {}],
  ['both', { selector: 'app=a', workload: 'deployment/a', atLeast: 1 }],
  ['a share of nobody knows what', { selector: 'app=a', atLeast: '50%' }],
  ['none', { workload: 'deployment/a', atLeast: '0%' }],
  ['a workload of a kind that is none', { workload: 'job/a' }],
])('a config with %s is refused', ([, config]) => {
  expect(k8sReadyProbe.config.safeParse({ namespace: 'ours', ...(config as object) }).success).toBe(false);
});
