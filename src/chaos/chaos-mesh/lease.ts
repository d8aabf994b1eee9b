import { type KubeClient, type KubeObject, type KubeResult, RESOURCES } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import type { DriverContext } from '../contract.ts';
import { isFields } from './manifest.ts';

/** One for each namespace in which a fault acts: who holds it may break things there. */
export const LEASE_NAME = 'steadfast';
export const LEASE_DURATION_MS = 40_000;
const RENEW_EVERY_MS = 8_000;

/** Ends before the next renewal is due. */
const RENEW_WITHIN_MS = 7_000;

/** Well before somebody else may take it. */
const LOST_AFTER_MS = 30_000;

/** Longer than the pause between two renewals: a lease that looks expired but is renewed meanwhile is alive. */
const WATCH_FOR_LIFE_MS = RENEW_EVERY_MS + 1_000;

/** Who holds a lease. */
export interface LeaseState {
  holder: string | undefined;
  plan: string | undefined;
  /** By our clock against the holder's: a hint, not a proof. */
  expired: boolean;
  /** By the holder's clock, unless it is renewed. */
  endsAt: string | undefined;
  object: KubeObject;
}

export interface Leases {
  /** Takes them in sorted order. After a problem, too, they are to be given back. */
  take(namespaces: readonly string[], signal: AbortSignal): Promise<string | undefined>;
  /** Gives back what was taken. Never rejects. */
  release(signal: AbortSignal): Promise<void>;
}

interface Held {
  namespace: string;
  /** Of the run's clock. */
  renewedAt: number;
  /** As we wrote it: whoever writes after us changes it. */
  version: string | undefined;
}

export type LeaseContext = Pick<DriverContext, 'run' | 'plan' | 'now' | 'sleep' | 'lost' | 'log'>;

/** The sole right of a run to break things in some namespaces, kept alive until it is given back. */
export function openLeases(kube: KubeClient, context: LeaseContext): Leases {
  const held: Held[] = [];
  /** Also what may be ours though no answer said so. */
  const asked = new Set<string>();
  const over = new AbortController();
  let renewing: Promise<void> | undefined;
  return {
    async take(namespaces, signal) {
      const sorted = [...namespaces].sort();
      // All at the same time: whether a holder is dead takes long to see, and there may be several.
      const looks = await Promise.all(sorted.map((namespace) => lookAt(kube, namespace, context, signal)));
      const problem = looks.find((look) => typeof look === 'string');
      if (problem !== undefined) return problem;
      for (const [index, namespace] of sorted.entries()) {
        asked.add(namespace);
        const renewedAt = context.now();
        const taken = await takeOne(kube, namespace, looks[index] as LeaseState | undefined, context, signal);
        if (typeof taken === 'string') return taken;
        held.push({ namespace, renewedAt, version: taken.metadata.resourceVersion });
      }
      renewing ??= keepAlive(kube, held, context, over.signal);
      return undefined;
    },
    async release(signal) {
      over.abort();
      await renewing;
      held.length = 0;
      for (const namespace of asked) await giveBack(kube, namespace, context.run, signal);
      asked.clear();
    },
  };
}

/** Somebody else may have been faster since it was looked at. */
async function takeOne(
  kube: KubeClient,
  namespace: string,
  looked: LeaseState | undefined,
  context: LeaseContext,
  signal: AbortSignal,
): Promise<KubeObject | string> {
  let state: LeaseState | undefined | string = looked;
  for (let attempt = 0; attempt < 3; attempt++) {
    if (attempt > 0) state = await lookAt(kube, namespace, context, signal);
    if (typeof state === 'string') return state;
    const written = await write(kube, namespace, state, context, signal);
    if (written.ok) return written.value;
    if (!isStatus(written, 409)) return `the lease of ${namespace} cannot be taken: ${written.message}`;
  }
  return `${namespace} was taken by another run at this very moment`;
}

/** The lease as it may be taken, `undefined` where there is none; or why it may not. */
async function lookAt(
  kube: KubeClient,
  namespace: string,
  context: LeaseContext,
  signal: AbortSignal,
): Promise<LeaseState | undefined | string> {
  const state = await readLease(kube, namespace, signal);
  if (!state.ok) return `the lease of ${namespace} cannot be read: ${state.message}`;
  const taken = state.value && (await isTaken(kube, namespace, state.value, context, signal));
  return taken ? takenText(namespace, taken) : state.value;
}

/** A run that was killed holds it until its time is over: whoever waits should know for how long. */
function takenText(namespace: string, { holder, plan, endsAt }: LeaseState): string {
  const until = endsAt === undefined ? '' : `, until ${endsAt} if that run is gone`;
  return `${namespace} is taken by run ${holder}${plan ? ` of plan ${plan}` : ''}${until}`;
}

/** Whoever holds it, if that is somebody else who lives. */
async function isTaken(
  kube: KubeClient,
  namespace: string,
  state: LeaseState,
  context: LeaseContext,
  signal: AbortSignal,
): Promise<LeaseState | undefined> {
  if (state.holder === undefined || state.holder === context.run) return undefined;
  return (await isAlive(kube, namespace, state, (ms) => context.sleep(ms, signal), signal)) ? state : undefined;
}

/** Clocks differ, so a lease that looks expired is watched for a renewal before it counts as dead. */
export async function isAlive(
  kube: KubeClient,
  namespace: string,
  state: LeaseState,
  sleep: (ms: number) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  if (state.holder === undefined) return false;
  if (!state.expired) return true;
  await sleep(WATCH_FOR_LIFE_MS);
  const later = await readLease(kube, namespace, signal);
  if (!later.ok) return true;
  const same = later.value?.object.metadata.resourceVersion === state.object.metadata.resourceVersion;
  return !same && later.value?.holder === state.holder;
}

/** `undefined` where there is none. */
export async function readLease(
  kube: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<KubeResult<LeaseState | undefined>> {
  const got = await kube.get(refOf(namespace), signal);
  if (!got.ok) return isStatus(got, 404) ? { ok: true, value: undefined } : got;
  const spec = isFields(got.value.spec) ? got.value.spec : {};
  const renewed = Date.parse(String(spec['renewTime'] ?? ''));
  const seconds = Number(spec['leaseDurationSeconds']);
  const endsAt = renewed + (Number.isFinite(seconds) ? seconds * 1000 : LEASE_DURATION_MS);
  const holder = spec['holderIdentity'];
  return {
    ok: true,
    value: {
      holder: typeof holder === 'string' && holder !== '' ? holder : undefined,
      plan: got.value.metadata.annotations?.['steadfast/plan'],
      expired: !(endsAt > Date.now()),
      endsAt: Number.isFinite(endsAt) ? new Date(endsAt).toISOString() : undefined,
      object: got.value,
    },
  };
}

function write(
  kube: KubeClient,
  namespace: string,
  before: LeaseState | undefined,
  { run, plan }: LeaseContext,
  signal: AbortSignal,
): Promise<KubeResult<KubeObject>> {
  const now = microTime();
  const spec = {
    holderIdentity: run,
    leaseDurationSeconds: LEASE_DURATION_MS / 1000,
    acquireTime: now,
    renewTime: now,
  };
  const annotations = { 'steadfast/plan': plan };
  if (!before) {
    const metadata = { name: LEASE_NAME, namespace, annotations };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    return kube.create({ resource: RESOURCES.leases, namespace }, lease, {}, signal);
  }
  const { resourceVersion } = before.object.metadata;
  return kube.patch(refOf(namespace), { metadata: { resourceVersion, annotations }, spec }, signal);
}

/** Renews each until it is over, or until one is lost. */
async function keepAlive(kube: KubeClient, held: Held[], context: LeaseContext, over: AbortSignal): Promise<void> {
  for (let due = context.now() + RENEW_EVERY_MS; !over.aborted; due = Math.max(due + RENEW_EVERY_MS, context.now())) {
    if (!(await slept(context, due - context.now(), over))) return;
    const loss = await renewAll(kube, held, context, over);
    if (loss !== undefined && !over.aborted) return context.lost(loss);
  }
}

/** All at once: none waits for another namespace. */
async function renewAll(
  kube: KubeClient,
  held: readonly Held[],
  context: LeaseContext,
  over: AbortSignal,
): Promise<string | undefined> {
  const late = new AbortController();
  void slept(context, RENEW_WITHIN_MS, AbortSignal.any([over, late.signal])).then(() => late.abort());
  const losses = await Promise.all(held.map((lease) => renew(kube, lease, context, late.signal)));
  late.abort();
  return losses.find((loss) => loss !== undefined);
}

/** One request while nobody else writes to it: a server that is slow has the less to do. */
async function renew(
  kube: KubeClient,
  lease: Held,
  context: LeaseContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace, version } = lease;
  const sent = context.now();
  const patch = { metadata: { resourceVersion: version }, spec: { renewTime: microTime() } };
  const written = await kube.patch(refOf(namespace), patch, signal);
  if (written.ok) Object.assign(lease, { renewedAt: sent, version: written.value.metadata.resourceVersion });
  else {
    context.log.warn({ namespace, trouble: written.message }, 'the lease could not be renewed');
    const loss = isStatus(written, 404, 409) ? await readAgain(kube, lease, context, signal) : undefined;
    if (loss !== undefined) return loss;
  }
  if (context.now() - lease.renewedAt < LOST_AFTER_MS) return undefined;
  return `the lease of ${namespace} could not be renewed for ${LOST_AFTER_MS / 1000}s`;
}

/** Somebody wrote to it: perhaps we did, and the answer was lost. The next renewal then goes from there. */
async function readAgain(
  kube: KubeClient,
  lease: Held,
  context: LeaseContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  const state = await readLease(kube, lease.namespace, signal);
  if (!state.ok) return undefined;
  if (state.value?.holder !== context.run) return lossOf(lease.namespace, state.value);
  lease.version = state.value.object.metadata.resourceVersion;
  return undefined;
}

function lossOf(namespace: string, state: LeaseState | undefined): string {
  if (state?.holder === undefined) return `the lease of ${namespace} was taken away`;
  return `the lease of ${namespace} was taken by run ${state.holder}`;
}

async function giveBack(kube: KubeClient, namespace: string, run: string, signal: AbortSignal): Promise<void> {
  const state = await readLease(kube, namespace, signal);
  if (!state.ok || state.value?.holder !== run) return;
  const { resourceVersion } = state.value.object.metadata;
  await kube.patch(refOf(namespace), { metadata: { resourceVersion }, spec: { holderIdentity: null } }, signal);
}

/** Gives back the lease of a run that is gone. */
export async function releaseOf(
  kube: KubeClient,
  namespaces: readonly string[],
  run: string,
  signal: AbortSignal,
): Promise<void> {
  for (const namespace of namespaces) await giveBack(kube, namespace, run, signal);
}

function refOf(namespace: string) {
  return { resource: RESOURCES.leases, namespace, name: LEASE_NAME };
}

/** The API wants a fraction of six digits. */
function microTime(): string {
  return new Date().toISOString().replace(/\.(\d{3})Z$/, '.$1000Z');
}

function slept(context: LeaseContext, ms: number, signal: AbortSignal): Promise<boolean> {
  return context.sleep(ms, signal).then(
    () => true,
    () => false,
  );
}
