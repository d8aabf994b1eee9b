import { type Access, openAccess } from './access.ts';
import type {
  AccessQuestion,
  KubeClient,
  KubeClientOptions,
  KubeList,
  KubeObject,
  KubePlace,
  KubeResult,
  ListQuery,
} from './client.ts';
import { RESOURCES } from './client.ts';
import { follow } from './follow.ts';
import { pathOf, pathOfOne, queryOf, selectorsOf } from './paths.ts';
import { type Patience, withRepetitions } from './retry.ts';
import { type Answer, type Outgoing, send } from './send.ts';
import { malformed, tooMany } from './trouble.ts';
import { watchOnce } from './watch.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const PAGE_OBJECTS = 500;
const LIST_LIMIT_OBJECTS = 5_000;
const JSON_TYPE = 'application/json';

/** The one place where Kubernetes clients are made. Rejects with one line, and with `NoCluster` where nothing names a cluster. */
export async function openKubeClient(options: KubeClientOptions): Promise<KubeClient> {
  const access = await openAccess(options);
  const calls = callsTo(access, options);
  return {
    // With its path, by which one address may lead to several clusters; without a password.
    address: access.server.origin + access.server.pathname.replace(/\/$/, ''),
    namespace: access.namespace,
    inCluster: access.inCluster,
    requests: calls.counts,
    get: async (ref, signal) => toObject(await calls.call({ method: 'GET', path: pathOfOne(ref) }, signal)),
    list: (place, query, signal) => listAll(calls, place, query, signal),
    async create(place, object, { dryRun, strict }, signal) {
      const query = queryOf({ dryRun: dryRun ? 'All' : undefined, fieldValidation: strict ? 'Strict' : undefined });
      const body = JSON.stringify(object);
      return toObject(
        await calls.call({ method: 'POST', path: pathOf(place) + query, body, contentType: JSON_TYPE }, signal),
      );
    },
    async patch(ref, patch, signal) {
      const body = JSON.stringify(patch);
      const contentType = 'application/merge-patch+json';
      return toObject(await calls.call({ method: 'PATCH', path: pathOfOne(ref), body, contentType }, signal));
    },
    async delete(ref, { uid, propagation }, signal) {
      const body = JSON.stringify({
        ...(uid === undefined ? {} : { preconditions: { uid } }),
        propagationPolicy: propagation ?? 'Background',
      });
      const answer = await calls.call({ method: 'DELETE', path: pathOfOne(ref), body, contentType: JSON_TYPE }, signal);
      if (answer.ok) return { ok: true, value: 'accepted' };
      return isGone(answer, uid) ? { ok: true, value: 'gone' } : answer;
    },
    allowed: (question, signal) => askAccess(calls, question, signal),
    follow(place, query, changed, signal) {
      const list = (each: AbortSignal) => listAll(calls, place, query, each);
      const watch: Parameters<typeof follow>[0]['watch'] = (...parts) => {
        calls.count('WATCH');
        return watchOnce(access, ...parts);
      };
      return follow({ list, watch }, place, query, changed, signal);
    },
    async text(path, { maxBytes, timeoutMs }, signal) {
      const answer = await calls.call({ method: 'GET', path, timeoutMs, maxBytes }, signal);
      return answer.ok ? { ok: true, value: answer.body } : answer;
    },
    close: access.close,
  };
}

interface Calls {
  counts: Record<string, number>;
  count(verb: string): void;
  call(outgoing: Pick<Outgoing, 'method' | 'path'> & Partial<Outgoing>, signal: AbortSignal): Promise<Answer>;
}

function callsTo(access: Access, options: KubeClientOptions): Calls {
  const patience: Patience = { callMs: options.callMs ?? 20_000, random: options.random ?? Math.random };
  const bounds = { timeoutMs: options.timeoutMs ?? 10_000, maxBytes: MAX_BYTES };
  const counts: Record<string, number> = {};
  const count = (verb: string) => {
    counts[verb] = (counts[verb] ?? 0) + 1;
  };
  const attempt = (outgoing: Outgoing, signal: AbortSignal) => {
    count(outgoing.method);
    return send(access, outgoing, signal);
  };
  return {
    counts,
    count,
    call(outgoing, signal) {
      const whole = { ...bounds, ...outgoing };
      const within = (leftMs: number) => ({ ...whole, timeoutMs: Math.min(whole.timeoutMs, leftMs) });
      return withRepetitions((leftMs) => attempt(within(leftMs), signal), patience, signal);
    },
  };
}

/** Another object under the same name is a conflict with the precondition: then ours is gone. */
function isGone({ status, reason }: { status?: number; reason?: string }, uid: string | undefined): boolean {
  return status === 404 || (uid !== undefined && status === 409 && reason === 'Conflict');
}

function toObject(answer: Answer): KubeResult<KubeObject> {
  if (!answer.ok) return answer;
  const value = parsed(answer.body) as KubeObject | undefined;
  const whole = typeof value?.metadata === 'object' && value.metadata !== null;
  return whole ? { ok: true, value } : malformed('something that is no object');
}

async function listAll(
  calls: Calls,
  place: KubePlace,
  query: ListQuery,
  signal: AbortSignal,
): Promise<KubeResult<KubeList>> {
  const items: KubeObject[] = [];
  let resume: string | undefined;
  for (;;) {
    const page = { limit: PAGE_OBJECTS, continue: resume };
    const path = pathOf(place) + queryOf({ ...selectorsOf(query), ...page });
    const answer = await calls.call({ method: 'GET', path }, signal);
    if (!answer.ok) return answer;
    const list = readList(answer.body);
    if (!list) return malformed('something that is no list');
    items.push(...list.items);
    if (!list.resume) return { ok: true, value: { items, resourceVersion: list.resourceVersion } };
    if (items.length >= LIST_LIMIT_OBJECTS) return tooMany(LIST_LIMIT_OBJECTS);
    resume = list.resume;
  }
}

function readList(body: string): (KubeList & { resume?: string }) | undefined {
  const { items, metadata } = (parsed(body) ?? {}) as {
    items?: KubeObject[];
    metadata?: { resourceVersion?: string; continue?: string };
  };
  if (!Array.isArray(items) || typeof metadata?.resourceVersion !== 'string') return undefined;
  if (!items.every((item) => typeof item?.metadata === 'object' && item.metadata !== null)) return undefined;
  const { resourceVersion, continue: resume } = metadata;
  return { items, resourceVersion, ...(resume ? { resume } : {}) };
}

async function askAccess(
  calls: Calls,
  { namespace, ...question }: AccessQuestion,
  signal: AbortSignal,
): Promise<KubeResult<{ allowed: boolean; reason?: string }>> {
  const body = JSON.stringify({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { ...question, ...(namespace === undefined ? {} : { namespace }) } },
  });
  const path = pathOf({ resource: RESOURCES.accessReviews });
  const answer = await calls.call({ method: 'POST', path, body, contentType: JSON_TYPE }, signal);
  if (!answer.ok) return answer;
  const { status } = (parsed(answer.body) ?? {}) as { status?: { allowed?: boolean; reason?: string } };
  if (typeof status?.allowed !== 'boolean') return malformed('no answer to a question of access');
  return { ok: true, value: { allowed: status.allowed, ...(status.reason ? { reason: status.reason } : {}) } };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
