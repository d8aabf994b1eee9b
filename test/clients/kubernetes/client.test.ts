import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KubeClient, RESOURCES } from '../../../src/clients/kubernetes/client.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import { type KubePeer, type Misbehaviour, startKubePeer } from '../../loopback/kube-peer.ts';

const PODS = '/api/v1/namespaces/ours/pods';
const pods = { resource: RESOURCES.pods, namespace: 'ours' };
const one = { ...pods, name: 'one' };
const patiently = () => AbortSignal.timeout(15_000);

let peer: KubePeer;
let client: KubeClient;

beforeEach(async () => {
  peer = await startKubePeer();
  client = await openKubeClient({ kubeconfig: peer.kubeconfig, timeoutMs: 300, callMs: 3_000, random: () => 0 });
  peer.put(PODS, { metadata: { name: 'one', labels: { app: 'engine' } } });
});

afterEach(async () => {
  client.close();
  await peer.close();
});

/** Misbehaves so many times, then no more. */
function at(first: number, how: Misbehaviour): void {
  let left = first;
  peer.misbehave = () => (left-- > 0 ? how : undefined);
}

describe('a call', () => {
  it('knows the namespace of its context and the address of its server', () => {
    expect(client.namespace).toBe('ours');
    expect(client.address).toBe(peer.url);
  });

  it.each<[string, Misbehaviour]>([
    ['an answer that says to come later', { status: 429, headers: { 'Retry-After': '0' } }],
    ['an error of the server', { status: 503 }],
    ['a lost connection', 'reset'],
    ['a server that does not answer', 'hang'],
  ])('survives %s', async (_sentence, how) => {
    at(2, how);
    const got = await client.get(one, patiently());
    expect(got).toMatchObject({ ok: true, value: { metadata: { name: 'one' } } });
    expect(client.requests['GET'], 'the repetitions are counted').toBe(3);
  });

  it.each<[string, number, number]>([
    ['what is not there', 404, 1],
    ['what is not allowed', 403, 1],
    ['what does not fit any more', 409, 1],
    ['what is wrong', 422, 1],
  ])('does not repeat %s', async (_sentence, status, requests) => {
    at(9, { status, body: { reason: 'Because', message: 'of\nthis' } });
    const got = await client.patch(one, {}, patiently());
    expect(got).toEqual({ ok: false, code: 'status', status, reason: 'Because', message: 'of this' });
    expect(client.requests['PATCH']).toBe(requests);
  });

  it('waits as long as the server asks for, and not beyond its own bound', async () => {
    at(99, { status: 429, headers: { 'Retry-After': '60' } });
    const began = performance.now();
    const got = await client.get(one, patiently());
    expect(got).toMatchObject({ ok: false, status: 429, retryAfterMs: 30_000 });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('tells what the server said before it fell silent', async () => {
    let asked = 0;
    const said = { status: 500, body: { message: 'failed calling webhook' } };
    peer.misbehave = () => (++asked === 1 ? said : 'hang');
    const short = await openKubeClient({ kubeconfig: peer.kubeconfig, timeoutMs: 300, callMs: 1_200, random: () => 0 });
    expect(await short.get(one, patiently())).toMatchObject({ ok: false, status: 500, message: said.body.message });
    short.close();
  });

  it('is unsure of a change whose last attempt met silence, whatever the server said before', async () => {
    let asked = 0;
    peer.misbehave = () => (++asked === 1 ? { status: 429, body: { message: 'too many' } } : 'hang');
    const short = await openKubeClient({ kubeconfig: peer.kubeconfig, timeoutMs: 300, callMs: 800, random: () => 0 });
    const made = await short.create(pods, { metadata: { name: 'two' } }, {}, patiently());
    expect(asked, 'the silent attempt is the last one').toBe(2);
    expect(made).toMatchObject({ ok: false, unsure: true });
    short.close();
  });

  it('ends when its signal does', async () => {
    at(99, 'hang');
    const got = await client.get(one, AbortSignal.timeout(50));
    expect(got).toMatchObject({ ok: false, code: 'aborted' });
  });

  it('ends at its bound, also where its last repetition is not answered', async () => {
    const impatient = await openKubeClient({
      kubeconfig: peer.kubeconfig,
      timeoutMs: 900,
      callMs: 1_600,
      random: () => 0,
    });
    at(99, 'hang');
    const began = performance.now();
    const got = await impatient.get(one, patiently());
    impatient.close();
    expect(got).toMatchObject({ ok: false, code: 'timeout' });
    expect(performance.now() - began).toBeLessThan(2_300);
  });

  it('waits for the program that makes its token only as long as for an answer', async () => {
    const config = (await readFile(peer.kubeconfig, 'utf8')).replace(
      'user: {token: first-token}',
      'user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sleep, args: ["4"]}}',
    );
    await writeFile(peer.kubeconfig, config);
    const waiting = await openKubeClient({ kubeconfig: peer.kubeconfig, timeoutMs: 300, callMs: 300 });
    const began = performance.now();
    expect(await waiting.get(one, patiently())).toMatchObject({ ok: false, code: 'timeout' });
    expect(await waiting.get(one, AbortSignal.timeout(50))).toMatchObject({ ok: false, code: 'aborted' });
    expect(performance.now() - began).toBeLessThan(1_500);
    waiting.close();
  });

  it.each<[string, string, string]>([
    [
      'is not there',
      'command: /opt/no-such-login',
      'the program no-such-login, which makes them, cannot be run: ENOENT',
    ],
    ['fails', 'command: sh, args: ["-c", "echo secret >&2; exit 3"]', 'the program that makes them failed'],
    ['says nonsense', 'command: echo, args: [secret]', 'the program that makes them failed'],
  ])('says why, and no more, where the program that makes its token %s', async (_, exec, text) => {
    const config = (await readFile(peer.kubeconfig, 'utf8')).replace(
      'user: {token: first-token}',
      `user: {exec: {apiVersion: client.authentication.k8s.io/v1, ${exec}}}`,
    );
    await writeFile(peer.kubeconfig, config);
    const other = await openKubeClient({ kubeconfig: peer.kubeconfig });
    const got = await other.get(one, patiently());
    expect(got).toMatchObject({ ok: false, message: expect.stringContaining(text) });
    expect(JSON.stringify(got)).not.toContain('secret');
    other.close();
  });

  it('says that a server is not there', async () => {
    await peer.close();
    const got = await client.get(one, patiently());
    expect(got).toMatchObject({ ok: false, code: 'unreachable', message: 'the API server: connection refused' });
  });

  it('speaks plain HTTP where the kubeconfig says so, as kubectl does', async () => {
    const config = (await readFile(peer.kubeconfig, 'utf8')).replace(', insecure-skip-tls-verify: true', '');
    await writeFile(peer.kubeconfig, config);
    const other = await openKubeClient({ kubeconfig: peer.kubeconfig });
    expect(await other.get(one, patiently())).toMatchObject({ ok: true });
    other.close();
  });

  it('reads its token anew when it has expired', async () => {
    const fresh = (await readFile(peer.kubeconfig, 'utf8')).replace('first-token', 'second-token');
    await writeFile(peer.kubeconfig, fresh);
    peer.misbehave = ({ token }) => (token === 'Bearer second-token' ? undefined : { status: 401 });
    expect(await client.get(one, patiently())).toMatchObject({ ok: true });
  });

  it('takes its token from the file that the kubeconfig names, and reads it anew when it has expired', async () => {
    const beside = join(dirname(peer.kubeconfig), 'with-a-file.kubeconfig');
    const text = await readFile(peer.kubeconfig, 'utf8');
    await writeFile(beside, text.replace('token: first-token', 'token: not-this-one, tokenFile: the-token'));
    await writeFile(join(dirname(peer.kubeconfig), 'the-token'), 'first-token\n');
    const other = await openKubeClient({ kubeconfig: beside, timeoutMs: 2_000, callMs: 3_000, random: () => 0 });
    peer.misbehave = ({ token }) => (token === 'Bearer second-token' ? undefined : { status: 401 });
    expect(await other.get(one, AbortSignal.timeout(3_000))).toMatchObject({ ok: false });
    expect(peer.requests.at(-1)?.token).toBe('Bearer first-token');
    await writeFile(join(dirname(peer.kubeconfig), 'the-token'), 'second-token\n');
    expect(await other.get(one, patiently())).toMatchObject({ ok: true });
    other.close();
  });

  it('never says its token, whoever repeats it', async () => {
    at(9, { status: 403, body: { message: 'you, with first-token, may not' } });
    expect(await client.get(one, patiently())).toMatchObject({ message: 'you, with ***, may not' });
  });

  it.each([
    ['no JSON', { status: 200, body: 'x' }],
    ['no object', { status: 200, body: { metadata: 7 } }],
  ])('takes %s for malformed', async (_sentence, how) => {
    at(1, how);
    expect(await client.get(one, patiently())).toMatchObject({ ok: false, code: 'malformed' });
  });
});

it('tells clusters apart that lie behind one address', async () => {
  await writeFile(peer.kubeconfig, (await readFile(peer.kubeconfig, 'utf8')).replace(peer.url, `${peer.url}/k8s/one/`));
  const behind = await openKubeClient({ kubeconfig: peer.kubeconfig });
  expect(behind.address).toBe(`${peer.url}/k8s/one`);
  behind.close();
});

it('says that there are more objects than it reads, and reads no further', async () => {
  const items = Array.from({ length: 1_000 }, (_, index) => ({ metadata: { name: `pod-${index}` } }));
  peer.misbehave = () => ({ status: 200, body: { items, metadata: { resourceVersion: '1', continue: 'more' } } });
  const listed = await client.list(pods, {}, patiently());
  expect(listed).toMatchObject({ code: 'too-large', message: expect.stringContaining('more than 5000 objects') });
  expect(client.requests['GET']).toBe(5);
});

describe('a deletion', () => {
  it('counts what is gone as deleted', async () => {
    expect(await client.delete(one, {}, patiently())).toEqual({ ok: true, value: 'accepted' });
    expect(await client.delete(one, {}, patiently())).toEqual({ ok: true, value: 'gone' });
  });

  it('leaves another object of that name alone', async () => {
    expect(await client.delete(one, { uid: 'another' }, patiently())).toEqual({ ok: true, value: 'gone' });
    expect(peer.object(`${PODS}/one`)).toBeDefined();
  });
});

it('sees a change that somebody else made in between', async () => {
  const resourceVersion = peer.object(`${PODS}/one`)!.metadata.resourceVersion;
  const patch = { metadata: { resourceVersion, labels: { app: 'other' } } };
  expect(await client.patch(one, patch, patiently())).toMatchObject({ ok: true });
  expect(await client.patch(one, patch, patiently())).toMatchObject({ ok: false, status: 409, reason: 'Conflict' });
});

it('keeps nothing of a dry run', async () => {
  const created = await client.create(pods, { metadata: { name: 'two' } }, { dryRun: true, strict: true }, patiently());
  expect(created).toMatchObject({ ok: true });
  expect(peer.object(`${PODS}/two`)).toBeUndefined();
  expect(peer.requests.at(-1)?.query.get('fieldValidation')).toBe('Strict');
});

it('asks whether it may', async () => {
  const question = { verb: 'create', group: 'chaos-mesh.org', resource: 'podchaos', namespace: 'ours' };
  expect(await client.allowed(question, patiently())).toEqual({ ok: true, value: { allowed: true } });
});
