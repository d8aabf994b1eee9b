/** Which pod a run is in, so that its fault does not hit it. */
import { hostname } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findSelf } from '../../../src/chaos/chaos-mesh/self.ts';
import type { KubeClient } from '../../../src/clients/kubernetes/client.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import { type KubePeer, startKubePeer } from '../../loopback/kube-peer.ts';
import { signal } from '../driver-setting.ts';

let peer: KubePeer;
let kube: KubeClient;

beforeEach(async () => {
  peer = await startKubePeer();
  kube = await openKubeClient({ kubeconfig: peer.kubeconfig, callMs: 400 });
});

afterEach(async () => {
  kube.close();
  await peer.close();
});

const find = (inCluster: boolean, ownPod?: { name: string; namespace?: string }) =>
  findSelf({ ...kube, inCluster }, ownPod, signal(10_000));

function putPod(name: string, namespace = 'ours'): void {
  const job = { kind: 'Job', name: 'weekly', uid: 'uid-of-job', controller: true };
  const metadata = { name, ownerReferences: [job] };
  peer.put(`/api/v1/namespaces/${namespace}/pods`, { metadata, spec: { nodeName: 'node-1' } });
}

/** What a server answers whoever asks it who he is. */
function know(username: string, extra: Record<string, string[]>): void {
  peer.misbehave = ({ path }) =>
    path.endsWith('/selfsubjectreviews')
      ? { status: 201, body: { metadata: {}, status: { userInfo: { username, extra } } } }
      : undefined;
}

const ACCOUNT = 'system:serviceaccount:steadfast:steadfast';
const found = { pod: 'weekly-abc', node: 'node-1', job: { name: 'weekly' } };

it('the token says it, whatever the host is called, as on the network of a node', async () => {
  putPod('weekly-abc', 'steadfast');
  know(ACCOUNT, { 'authentication.kubernetes.io/pod-name': ['weekly-abc'] });
  expect(await find(true)).toMatchObject({ ...found, namespace: 'steadfast' });
  expect(await find(false), 'also where a kubeconfig leads to the cluster').toMatchObject(found);
});

it('the surroundings say it where the token does not', async () => {
  putPod('weekly-abc', 'steadfast');
  know(ACCOUNT, {});
  expect(await find(true, { name: 'weekly-abc', namespace: 'steadfast' })).toMatchObject(found);
});

it.each([
  ['says nothing', () => know(ACCOUNT, {})],
  ['says nonsense', () => know('7', { 'authentication.kubernetes.io/pod-name': ['a'] })],
  ['is not asked for', () => (peer.misbehave = ({ method }) => (method === 'POST' ? { status: 404 } : undefined))],
])('the name of the host says it where the token %s', async (_how, prepare) => {
  prepare();
  putPod(hostname());
  expect(await find(true)).toMatchObject({ ...found, pod: hostname(), namespace: 'ours' });
});

it('is not known where no pod bears the name of the host', async () => {
  expect(await find(true)).toMatchObject({ unsure: expect.stringContaining(`no pod ours/${hostname()}`) });
});

it('is none outside of the cluster', async () => {
  expect(await find(false)).toBeUndefined();
  expect(await find(false, { name: 'in-another-cluster' })).toBeUndefined();
});
