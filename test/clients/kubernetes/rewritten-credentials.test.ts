/** Credentials are rewritten while a run goes on: for a moment a file is empty, cut short or gone. What a server refuses to nobody says nothing of us. */
import { writeFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KubeClient, RESOURCES } from '../../../src/clients/kubernetes/client.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import { type KubePeer, startKubePeer } from '../../loopback/kube-peer.ts';

const one = { resource: RESOURCES.pods, namespace: 'ours', name: 'one' };

/** The token of a service account is not read for every request. */
const READ_AGAIN_AFTER_MS = 61_000;

let peer: KubePeer;
let client: KubeClient | undefined;

beforeEach(async () => {
  peer = await startKubePeer();
  peer.put('/api/v1/namespaces/ours/pods', { metadata: { name: 'one' } });
});

afterEach(async () => {
  vi.useRealTimers();
  client?.close();
  client = undefined;
  await peer.close();
});

const beside = (name: string) => join(dirname(peer.kubeconfig), name);
const get = () => client!.get(one, AbortSignal.timeout(10_000));
const open = async () => {
  client = await openKubeClient({ kubeconfig: peer.kubeconfig, callMs: 500, random: () => 0 });
};

/** By a timer and at once: whoever waits for longer in this very process finds it done, however slow the machine. */
function writeAfter(ms: number, name: string, text: string): void {
  setTimeout(() => writeFileSync(name, text), ms);
}

async function userIs(user: string): Promise<void> {
  const text = await readFile(peer.kubeconfig, 'utf8');
  await writeFile(peer.kubeconfig, text.replace('user: {token: first-token}', `user: {${user}}`));
}

/** Of a server that lets everybody in as somebody, and nobody do anything. */
function knowOnly(token: string): void {
  peer.misbehave = (asked) => {
    if (asked.token === undefined) return { status: 403, body: { message: 'system:anonymous may not' } };
    return asked.token === `Bearer ${token}` ? undefined : { status: 401 };
  };
}

describe('a file with a token', () => {
  it.each([
    ['empty', '', 200],
    // Less than two looks at the file are apart.
    ['cut short', 'second-', 20],
  ])('that is %s while it is rewritten is read once it is whole', async (_how, meanwhile, rewritingMs) => {
    await writeFile(beside('token'), 'first-token');
    await userIs('tokenFile: token');
    await open();
    expect(await get()).toMatchObject({ ok: true });
    knowOnly('second-token');
    await writeFile(beside('token'), meanwhile);
    writeAfter(rewritingMs, beside('token'), 'second-token');
    expect(await get()).toMatchObject({ ok: true });
    const tokens = peer.requests.map(({ token }) => token);
    expect(new Set(tokens)).toEqual(new Set(['Bearer first-token', 'Bearer second-token']));
  });

  it('may be rewritten just when we begin', async () => {
    await writeFile(beside('token'), '');
    await userIs('tokenFile: token');
    knowOnly('first-token');
    writeAfter(200, beside('token'), 'first-token\n');
    await open();
    expect(await get()).toMatchObject({ ok: true });
  });

  it.each<[string, () => Promise<void>, string]>([
    ['stays empty', async () => writeFile(beside('token'), ''), 'it is empty'],
    ['is not there', async () => undefined, 'ENOENT'],
  ])('that %s makes nobody of us: it is said', async (_how, prepare, why) => {
    await prepare();
    await userIs('tokenFile: token');
    await expect(open()).rejects.toThrow(`the kubeconfig's file with a token cannot be read: ${why}`);
    expect(peer.requests).toEqual([]);
  });
});

describe('what was read last counts', () => {
  it('where a certificate is gone', async () => {
    for (const name of ['crt', 'key']) await writeFile(beside(name), 'not looked at: the way is plain HTTP');
    await userIs('token: first-token, client-certificate: crt, client-key: key');
    await open();
    expect(await get()).toMatchObject({ ok: true });
    await rm(beside('crt'));
    expect(await get()).toMatchObject({ ok: true });
  });

  it('where the token of a service account is empty', async () => {
    await writeFile(beside('token'), 'first-token');
    await userIs(`auth-provider: {name: tokenFile, config: {tokenFile: "${beside('token')}"}}`);
    await open();
    knowOnly('first-token');
    expect(await get()).toMatchObject({ ok: true });
    await writeFile(beside('token'), '');
    vi.setSystemTime(Date.now() + READ_AGAIN_AFTER_MS);
    expect(await get()).toMatchObject({ ok: true });
  });
});

it('a service account whose token is empty from the start asks nothing rather than as nobody', async () => {
  await writeFile(beside('token'), '');
  await userIs(`auth-provider: {name: tokenFile, config: {tokenFile: "${beside('token')}"}}`);
  await open();
  expect(await get()).toMatchObject({ ok: false, code: 'credentials' });
  expect(peer.requests).toEqual([]);
});

it('a kubeconfig that is just being written is read once it is whole', async () => {
  await open();
  knowOnly('second-token');
  const whole = (await readFile(peer.kubeconfig, 'utf8')).replace('first-token', 'second-token');
  const end = whole.indexOf('users:');
  await writeFile(peer.kubeconfig, `${whole.slice(0, end)}${whole.slice(whole.indexOf('contexts:'))}`);
  writeAfter(200, peer.kubeconfig, whole);
  expect(await get()).toMatchObject({ ok: true });
  expect(peer.requests.map(({ token }) => token)).not.toContain(undefined);
});
