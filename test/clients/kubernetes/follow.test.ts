import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type KubeClient, type KubeTrouble, RESOURCES } from '../../../src/clients/kubernetes/client.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import { type KubePeer, startKubePeer } from '../../loopback/kube-peer.ts';

const PODS = '/api/v1/namespaces/ours/pods';
const LOOK_EVERY_MS = 1_200;

let peer: KubePeer;
let client: KubeClient;
let following: { seen: string[]; late: (number | undefined)[]; troubles: KubeTrouble[]; end(): Promise<void> };

beforeEach(async () => {
  peer = await startKubePeer();
  client = await openKubeClient({ kubeconfig: peer.kubeconfig, timeoutMs: 300, callMs: 1_000, random: () => 0 });
  peer.put(PODS, { metadata: { name: 'one', labels: { app: 'engine' } } });
});

afterEach(async () => {
  await following.end();
  client.close();
  await peer.close();
});

function begin(): void {
  const stop = new AbortController();
  const seen: string[] = [];
  const late: (number | undefined)[] = [];
  const troubles: KubeTrouble[] = [];
  const place = { resource: RESOURCES.pods, namespace: 'ours' };
  const options = {
    labelSelector: 'app=engine',
    lookEveryMs: LOOK_EVERY_MS,
    trouble: (each: KubeTrouble) => troubles.push(each),
  };
  const done = client.follow(
    place,
    options,
    ({ kind, object, lateByMs }) => {
      seen.push(`${object.metadata.name} ${kind} ${object.metadata.labels?.['step'] ?? ''}`.trim());
      late.push(lateByMs);
    },
    stop.signal,
  );
  following = {
    seen,
    late,
    troubles,
    end: async () => {
      stop.abort();
      await done;
    },
  };
}

const expectSeen = (expected: string[]) =>
  vi.waitFor(() => expect(following.seen).toEqual(expected), { timeout: 5_000, interval: 10 });
const watches = () => peer.requests.filter(({ query }) => query.get('watch')).length;
const watching = () => vi.waitFor(() => expect(watches()).toBe(1), { timeout: 5_000, interval: 10 });
const label = (step: string) =>
  peer.change(`${PODS}/one`, ({ metadata }) => {
    metadata.labels = { ...metadata.labels, step };
  });

it('tells of what there is and of each change, once', async () => {
  begin();
  await watching();
  await new Promise((resolve) => setTimeout(resolve, 50));
  label('second');
  peer.put(PODS, { metadata: { name: 'stranger' } });
  await vi.waitFor(() => expect(following.seen).toHaveLength(2), { interval: 5 });
  peer.remove(`${PODS}/one`);
  await expectSeen(['one present', 'one present second', 'one gone second']);
  expect(following.late.slice(1), 'told at once').toEqual([undefined, undefined]);
  expect(following.troubles).toEqual([]);
});

it('notices a watch that has gone silent, and says so', async () => {
  begin();
  await watching();
  peer.silent = true;
  label('second');
  await expectSeen(['one present', 'one present second']);
  await vi.waitFor(() => expect(watches(), 'opened anew').toBe(2), { timeout: 5_000 });
  expect(following.troubles).toMatchObject([{ message: 'the watch has gone silent: opened anew' }]);
  expect(following.late[1], 'how late it may be').toBeGreaterThan(LOOK_EVERY_MS - 50);
});

it('looks where a watch is refused', async () => {
  peer.misbehave = ({ query }) => (query.get('watch') ? { status: 403, body: { message: 'no watching' } } : undefined);
  begin();
  await watching();
  peer.remove(`${PODS}/one`);
  await expectSeen(['one present', 'one gone']);
  await vi.waitFor(() => expect(watches()).toBeGreaterThan(1), { timeout: 5_000 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(following.troubles, 'told once').toMatchObject([{ message: 'no watching' }]);
});

it.each([
  ['that the server ends', () => peer.endWatches()],
  [
    'that is too old',
    () => {
      let refused = false;
      peer.misbehave = ({ query }) => {
        if (refused || !query.get('watch')) return undefined;
        refused = true;
        return { status: 410, body: { reason: 'Expired' } };
      };
      peer.endWatches();
    },
  ],
])('goes on after a watch %s', async (_sentence, end) => {
  begin();
  await watching();
  end();
  label('second');
  await expectSeen(['one present', 'one present second']);
});

it('tells of a server that is away, once, and of what happened meanwhile', async () => {
  begin();
  await watching();
  peer.misbehave = () => 'reset';
  peer.endWatches();
  label('second');
  await vi.waitFor(() => expect(following.troubles).not.toEqual([]), { timeout: 5_000 });
  peer.misbehave = () => undefined;
  await expectSeen(['one present', 'one present second']);
  expect(following.troubles.filter(({ code }) => code === 'unreachable')).toHaveLength(1);
});
