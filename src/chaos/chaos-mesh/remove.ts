import type { KubeClient, KubeObject, KubeRef } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import type { Evidence } from '../../slo/model/entry.ts';
import { FORCE_ANNOTATION } from './api.ts';
import { requireTakenBack } from './forced-out.ts';
import { inPlainWords } from './plain-words.ts';
import { lastFailure, readStatus, wasInjected } from './records.ts';
import { withdraw } from './withdraw.ts';

/**
 * Chaos Mesh lets go of its own of what it never began. What it began and cannot bring about sticks for ever, and leaves little behind when it is
 * forced out; anything else gets all the time there is, since a slow daemon may be at work on it.
 */
const FORCE_AFTER_MS = { begun: 8_000, other: 45_000 };
const FORCED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 300;

/** The object whose removal goes on over several attempts. */
export interface Removal {
  /**
   * Deletes it, waits until it is gone, and forces it out when that does not come about. Resolves with what a reader must know of it.
   * Rejects with one line when it is not certain that it is gone. May be called again: it goes on where it was.
   */
  run(signal: AbortSignal): Promise<Evidence[]>;
  /** As it was seen last. */
  latest(): KubeObject | undefined;
}

export interface RemovalSetting {
  kube: KubeClient;
  kind: string;
  ref: KubeRef;
  /** What is under that name but not ours is left alone. */
  isOurs(object: KubeObject): boolean;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Of a clock that does not jump, in ms. */
  now(): number;
}

export function openRemoval({ kube, kind, ref, isOurs, sleep, now }: RemovalSetting): Removal {
  const findings: Evidence[] = [];
  let latest: KubeObject | undefined;
  let askedAt: number | undefined;
  let forcedAt: number | undefined;
  let withdrawn = false;

  const look = async (signal: AbortSignal): Promise<KubeObject | undefined> => {
    const got = await kube.get(ref, signal);
    if (!got.ok && !isStatus(got, 404)) throw new Error(`${titleOf(ref)}: ${got.message}`);
    if (!got.ok || !isOurs(got.value) || (latest && latest.metadata.uid !== got.value.metadata.uid)) return undefined;
    latest = got.value;
    return latest;
  };
  const ask = async ({ metadata }: KubeObject, signal: AbortSignal) => {
    askedAt ??= now();
    if (metadata.deletionTimestamp !== undefined) return;
    const deleted = await kube.delete(ref, metadata.uid === undefined ? {} : { uid: metadata.uid }, signal);
    if (!deleted.ok) throw new Error(`${titleOf(ref)} cannot be deleted: ${deleted.message}`);
  };
  const force = async (object: KubeObject, signal: AbortSignal) => {
    const patched = await kube.patch(ref, { metadata: { annotations: { [FORCE_ANNOTATION]: 'forced' } } }, signal);
    if (!patched.ok) {
      if (isStatus(patched, 404)) return;
      throw new Error(`${titleOf(ref)} cannot be forced out: ${patched.message}`);
    }
    forcedAt = now();
    findings.push({ of: 'finding', text: forcedText(ref, object, forcedAt - (askedAt ?? forcedAt)) });
  };
  const waited = (since: number | undefined, limitMs: number) => since !== undefined && now() - since >= limitMs;

  return {
    latest: () => latest,
    async run(signal) {
      const begun = now();
      for (;;) {
        const object = await look(signal);
        if (!object) {
          if (forcedAt === undefined || !latest) return findings;
          await requireTakenBack(kube, latest, kind, signal);
          // What it asks of its pods outlives the object. Where that does not go either, the look into the pods will tell.
          withdrawn ||= await withdraw(kube, kind, latest, signal);
          if (withdrawn || waited(Math.max(forcedAt, begun), FORCED_WITHIN_MS)) return findings;
          await sleep(LOOK_EVERY_MS, signal);
          continue;
        }
        await ask(object, signal);
        const limitMs = FORCE_AFTER_MS[isBegunOnly(object) ? 'begun' : 'other'];
        if (forcedAt === undefined && waited(askedAt, limitMs)) await force(object, signal);
        if (forcedAt !== undefined && !withdrawn) withdrawn = await withdraw(kube, kind, object, signal);
        if (waited(forcedAt && Math.max(forcedAt, begun), FORCED_WITHIN_MS)) throw new Error(stuckText(ref));
        await sleep(LOOK_EVERY_MS, signal).catch(() => Promise.reject(new Error(waitingText(ref, object))));
      }
    },
  };
}

function isBegunOnly(object: KubeObject): boolean {
  const status = readStatus(object);
  return !wasInjected(status) && status.records.some(({ phase }) => phase.startsWith('Not Injected/'));
}

export function titleOf({ resource, namespace, name }: KubeRef): string {
  return `${resource.plural}.${resource.group} ${namespace}/${name}`;
}

function forcedText(ref: KubeRef, object: KubeObject, afterMs: number): string {
  const failure = lastFailure(readStatus(object));
  const why = failure === undefined ? '' : `: ${inPlainWords(failure)}`;
  return `${titleOf(ref)} did not go in ${Math.round(afterMs / 1000)}s and had to be forced out${why}`;
}

function stuckText(ref: KubeRef): string {
  return `${titleOf(ref)} does not go, not even forced: is the controller of Chaos Mesh running? Delete it once it does`;
}

function waitingText(ref: KubeRef, object: KubeObject): string {
  const failure = readStatus(object)
    .records.flatMap(({ failures }) => failures)
    .at(-1);
  return `${titleOf(ref)} is being deleted and not gone yet${failure === undefined ? '' : `: ${inPlainWords(failure)}`}`;
}
