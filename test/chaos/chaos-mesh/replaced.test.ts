import { describe, expect, it } from 'vitest';
import { type PodView, readPod } from '../../../src/chaos/chaos-mesh/pod.ts';
import { missingReplacements, nobodysPods, strangers } from '../../../src/chaos/chaos-mesh/replaced.ts';

interface Shape {
  ready?: boolean;
  restarts?: number;
  containerReady?: boolean;
  owner?: string | null;
  leaving?: boolean;
  created?: string;
}

function pod(name: string, uid: string, shape: Shape = {}): PodView {
  const { ready = true, restarts = 0, containerReady = true, owner = 'set', leaving = false, created } = shape;
  return readPod({
    metadata: {
      name,
      uid,
      namespace: 'ns',
      ...(created === undefined ? {} : { creationTimestamp: created }),
      ...(leaving ? { deletionTimestamp: '2026-11-22T00:00:00Z' } : {}),
      ...(owner === null
        ? {}
        : { ownerReferences: [{ kind: 'ReplicaSet', name: owner, uid: owner, controller: true }] }),
    },
    spec: { containers: [{ name: 'main' }] },
    status: {
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'main', restartCount: restarts, ready: containerReady }],
    },
  });
}

const before = [pod('a', '1'), pod('b', '2')];
const since = '2026-11-22T12:00:00Z';
const killedPod = { before, since, records: [{ namespace: 'ns', pod: 'a' }] };
const killedContainer = { before, since, records: [{ namespace: 'ns', pod: 'a', container: 'main' }] };

describe('after a pod was killed', () => {
  it.each<[string, PodView[], string[]]>([
    ['it is missing while it is there', before, ['ns/a is still there']],
    [
      'it is missing while it ends',
      [pod('a', '1', { leaving: true }), pod('b', '2')],
      ['ReplicaSet ns/set: 1 pods are not ready again'],
    ],
    [
      'it is missing until another one is Ready',
      [pod('b', '2'), pod('c', '3', { ready: false })],
      ['ReplicaSet ns/set: 1 pods are not ready again'],
    ],
    ['nothing is missing once one is', [pod('b', '2'), pod('c', '3')], []],
    [
      'a pod of somebody else does not count',
      [pod('b', '2'), pod('c', '3', { owner: 'else' })],
      ['ReplicaSet ns/set: 1 pods are not ready again'],
    ],
    [
      'one of the same owner that was there all the time, unmatched, does not count',
      [pod('b', '2'), pod('c', '3', { created: '2026-11-22T09:00:00Z' })],
      ['ReplicaSet ns/set: 1 pods are not ready again'],
    ],
    ['one that came since does', [pod('b', '2'), pod('c', '3', { created: '2026-11-22T12:00:01Z' })], []],
    ['one of the same name is another (StatefulSet)', [pod('a', '9'), pod('b', '2')], []],
  ])('%s', (_sentence, now, missing) => {
    expect(missingReplacements(killedPod, now)).toEqual(missing);
  });

  it('one that nobody makes anew is named, and not waited for', () => {
    const alone = { before: [pod('a', '1', { owner: null })], records: [{ namespace: 'ns', pod: 'a' }], since };
    expect(missingReplacements(alone, [])).toEqual([]);
    expect(nobodysPods(alone)).toEqual(['ns/a']);
  });
});

it('a killed pod that was not counted is named, since nothing tells whether it was replaced', () => {
  expect(strangers({ before, records: [...killedPod.records, { namespace: 'ns', pod: 'late' }] })).toEqual(['ns/late']);
});

describe('after a container was killed', () => {
  it.each<[string, PodView[], string[]]>([
    ['it is missing until it was restarted', before, ['container main of ns/a is not ready again']],
    [
      'it is missing until it is ready',
      [pod('a', '1', { restarts: 1, containerReady: false }), pod('b', '2')],
      ['container main of ns/a is not ready again'],
    ],
    ['nothing is missing then', [pod('a', '1', { restarts: 1 }), pod('b', '2')], []],
    ['a pod that went with it is replaced', [pod('b', '2'), pod('c', '3')], []],
  ])('%s', (_sentence, now, missing) => {
    expect(missingReplacements(killedContainer, now)).toEqual(missing);
  });
});
