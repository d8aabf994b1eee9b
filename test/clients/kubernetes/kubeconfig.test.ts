/** Which cluster and which user a kubeconfig leads to, as kubectl reads it. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KubeClient, RESOURCES } from '../../../src/clients/kubernetes/client.ts';
import { NoCluster } from '../../../src/clients/kubernetes/kubeconfig.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import { type KubePeer, startKubePeer } from '../../loopback/kube-peer.ts';

const one = { resource: RESOURCES.pods, namespace: 'ours', name: 'one' };

let peer: KubePeer;
let client: KubeClient | undefined;

beforeEach(async () => {
  peer = await startKubePeer();
  peer.put('/api/v1/namespaces/ours/pods', { metadata: { name: 'one' } });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  client?.close();
  client = undefined;
  await peer.close();
});

const beside = (name: string) => join(dirname(peer.kubeconfig), name);

async function openOf(...files: string[]): Promise<KubeClient> {
  vi.stubEnv('KUBECONFIG', files.join(':'));
  client = await openKubeClient({ callMs: 500 });
  return client;
}

/** A kubeconfig that names its own cluster, user and context, and says which counts. */
async function write(name: string, server: string, user = 'token: theirs'): Promise<string> {
  const text = `apiVersion: v1
kind: Config
clusters: [{name: ${name}, cluster: {server: "${server}", insecure-skip-tls-verify: true}}]
users: [{name: ${name}, user: {${user}}}]
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: ours}}]
current-context: ${name}
`;
  await writeFile(beside(name), text);
  return beside(name);
}

describe('of several kubeconfigs', () => {
  it('each may have its token in a file', async () => {
    await writeFile(beside('token'), 'of-the-second');
    const second = await write('second', peer.url, 'tokenFile: token');
    const first = await write('first', 'http://127.0.0.1:1');
    await writeFile(first, (await readFile(first, 'utf8')).replace(/current-context.*/, ''));
    expect(await (await openOf(first, second)).get(one, AbortSignal.timeout(5_000))).toMatchObject({ ok: true });
    expect(peer.requests.at(-1)?.token).toBe('Bearer of-the-second');
  });

  it('the first that names a context counts', async () => {
    const [first, second] = [await write('first', 'http://127.0.0.1:1'), await write('second', 'http://127.0.0.1:2')];
    expect((await openOf(first, second)).address).toBe('http://127.0.0.1:1');
  });
});

describe('a kubeconfig', () => {
  it('that is not there names no cluster', async () => {
    await expect(openOf(beside('nothing'))).rejects.toBeInstanceOf(NoCluster);
  });

  it('that cannot be read is not said to name none', async () => {
    await writeFile(beside('broken'), 'clusters: [');
    const opening = openOf(beside('broken'));
    await expect(opening).rejects.toThrow('the kubeconfig cannot be read: not a kubeconfig');
    await expect(opening).rejects.not.toBeInstanceOf(NoCluster);
  });
});
