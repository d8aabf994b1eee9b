import { setTimeout as sleepFor } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LEASE_DURATION_MS, type Leases, openLeases } from '../../../src/chaos/chaos-mesh/lease.ts';
import type { KubeClient } from '../../../src/clients/kubernetes/client.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import { silentLog } from '../../../src/clients/log.ts';
import { type KubePeer, startKubePeer } from '../../loopback/kube-peer.ts';
import { signal } from '../driver-setting.ts';

const COLLECTION = (namespace: string) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
const PATH = (namespace: string) => `${COLLECTION(namespace)}/steadfast`;

/** The run's clock runs so many times as fast as ours. */
const FASTER = 100;

let peer: KubePeer;
let kube: KubeClient;
const opened: Leases[] = [];

beforeEach(async () => {
  peer = await startKubePeer();
  kube = await openKubeClient({ kubeconfig: peer.kubeconfig, timeoutMs: 100, callMs: 50 });
});

afterEach(async () => {
  for (const leases of opened.splice(0)) await leases.release(signal(500));
  kube.close();
  await peer.close();
});

interface Opened {
  leases: Leases;
  losses: string[];
  now(): number;
  /** How many slept at the same time at most. */
  mostAsleep(): number;
}

function leasesOf(run: string, client = kube, faster = FASTER): Opened {
  const losses: string[] = [];
  let [asleep, most] = [0, 0];
  const began = performance.now();
  const now = () => (performance.now() - began) * faster;
  const leases = openLeases(client, {
    run,
    plan: 'a-plan',
    now,
    sleep(ms, stop) {
      most = Math.max(most, ++asleep);
      return sleepFor(ms / faster, undefined, { signal: stop }).finally(() => asleep--);
    },
    lost: (reason) => void losses.push(reason),
    log: silentLog,
  });
  opened.push(leases);
  return { leases, losses, now, mostAsleep: () => most };
}

const specOf = (namespace: string) => peer.object(PATH(namespace))?.spec as Record<string, unknown> | undefined;

function putLease(holderIdentity: string | undefined, renewedMsAgo: number, namespace = 'a'): void {
  const renewTime = new Date(Date.now() - renewedMsAgo).toISOString();
  const spec = { ...(holderIdentity ? { holderIdentity } : {}), leaseDurationSeconds: 40, renewTime };
  peer.put(COLLECTION(namespace), { metadata: { name: 'steadfast' }, spec });
}

/** With the time at which a run that was killed holds it no longer. */
const IS_TAKEN = /^a is taken by run other, until \d{4}-\S+Z if that run is gone$/;

describe('taking a lease', () => {
  it('goes namespace by namespace in sorted order, so that two runs cannot block each other', async () => {
    const { leases } = leasesOf('one');
    expect(await leases.take(['b', 'a'], signal())).toBeUndefined();
    const taken = peer.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
    expect(taken).toEqual([COLLECTION('a'), COLLECTION('b')]);
    expect(specOf('a')?.['renewTime'], 'with a fraction of six digits').toMatch(/^\d{4}-.*\.\d{6}Z$/);
  });

  it.each([
    ['is refused while another run holds it', 'other', 1_000, IS_TAKEN],
    ['succeeds where nobody holds it', undefined, 1_000, undefined],
    ['succeeds where its holder is dead', 'other', LEASE_DURATION_MS + 1_000, undefined],
    ['succeeds where it is ours already', 'one', 1_000, undefined],
  ])('%s', async (_sentence, holder, renewedMsAgo, problem) => {
    putLease(holder, renewedMsAgo);
    const { leases } = leasesOf('one');
    const refusal = await leases.take(['a'], signal());
    if (problem === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatch(problem);
    expect(specOf('a')?.['holderIdentity']).toBe(problem ? holder : 'one');
  });

  it('is refused where the holder is alive after all, since clocks differ', async () => {
    putLease('other', LEASE_DURATION_MS + 1_000);
    setTimeout(
      () => peer.change(PATH('a'), ({ metadata }) => Object.assign(metadata, { labels: { renewed: 'yes' } })),
      30,
    );
    expect(await leasesOf('one').leases.take(['a'], signal())).toMatch(IS_TAKEN);
  });

  it('of several dead runs takes no longer than of one', async () => {
    const places = ['a', 'b', 'c', 'd'];
    for (const place of places) putLease(`dead-${place}`, LEASE_DURATION_MS + 1_000, place);
    const patient = await openKubeClient({ kubeconfig: peer.kubeconfig });
    const { leases, mostAsleep } = leasesOf('one', patient, 10);
    expect(await leases.take(places, signal())).toBeUndefined();
    expect(places.map((place) => specOf(place)?.['holderIdentity'])).toEqual(['one', 'one', 'one', 'one']);
    expect(mostAsleep(), 'watched at the same time').toBe(4);
    await leases.release(signal());
    patient.close();
  });

  it('is given back also where the answer was lost and the next attempt failed', async () => {
    let asked = 0;
    peer.misbehave = ({ method }) => {
      if (method !== 'POST') return undefined;
      return ++asked === 1 ? 'lose' : { status: 403, body: { message: 'no more' } };
    };
    const patient = await openKubeClient({ kubeconfig: peer.kubeconfig });
    const { leases } = leasesOf('one', patient);
    expect(await leases.take(['a'], signal())).toBe('the lease of a cannot be taken: no more');
    expect(specOf('a')?.['holderIdentity'], 'taken all the same').toBe('one');
    await leases.release(signal());
    expect(specOf('a')).not.toHaveProperty('holderIdentity');
    patient.close();
  });

  it('of two runs at the same moment goes to one', async () => {
    const problems = await Promise.all(['one', 'two'].map((run) => leasesOf(run).leases.take(['a'], signal())));
    expect(problems.filter((problem) => problem === undefined)).toHaveLength(1);
  });
});

describe('a lease that is held', () => {
  it('is renewed, and given back', async () => {
    const { leases, losses } = leasesOf('one');
    await leases.take(['a'], signal());
    const first = specOf('a')?.['renewTime'];
    await vi.waitFor(() => expect(specOf('a')?.['renewTime']).not.toBe(first), { timeout: 3_000 });
    await leases.release(signal());
    expect(specOf('a')).not.toHaveProperty('holderIdentity');
    expect(losses).toEqual([]);
  });

  it('is renewed also after somebody else wrote to it, or the answer to a renewal was lost', async () => {
    const { leases, losses } = leasesOf('one');
    await leases.take(['a'], signal());
    for (const annotations of [{ seen: 'once' }, { seen: 'twice' }]) {
      peer.change(PATH('a'), ({ metadata }) => Object.assign(metadata, { annotations }));
      const before = specOf('a')?.['renewTime'];
      await vi.waitFor(() => expect(specOf('a')?.['renewTime']).not.toBe(before), { timeout: 3_000 });
    }
    expect(losses).toEqual([]);
  });

  it('is lost when another run takes it', async () => {
    const { leases, losses } = leasesOf('one');
    await leases.take(['a'], signal());
    peer.change(PATH('a'), ({ spec }) => Object.assign(spec as object, { holderIdentity: 'other' }));
    await vi.waitFor(() => expect(losses).toEqual(['the lease of a was taken by run other']), { timeout: 3_000 });
    await leases.release(signal());
    expect(specOf('a')?.['holderIdentity'], 'and stays with it').toBe('other');
  });

  it('is lost when it cannot be renewed, well before somebody else may take it', async () => {
    const { leases, losses } = leasesOf('one');
    await leases.take(['a'], signal());
    peer.misbehave = () => 'reset';
    await vi.waitFor(() => expect(losses).toEqual(['the lease of a could not be renewed for 30s']), { timeout: 5_000 });
  });

  it('is lost in time where the server does not answer at all, in however many namespaces', async () => {
    const patient = await openKubeClient({ kubeconfig: peer.kubeconfig });
    const { leases, losses, now } = leasesOf('one', patient, 10);
    await leases.take(['a', 'b', 'c'], signal());
    peer.misbehave = () => 'hang';
    await vi.waitFor(() => expect(losses).toHaveLength(1), { timeout: 8_000, interval: 10 });
    expect(now(), 'the lease lasts for 40s and is then watched for 9s').toBeLessThan(LEASE_DURATION_MS + 9_000);
    patient.close();
  });
});
