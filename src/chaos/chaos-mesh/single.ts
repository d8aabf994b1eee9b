import type { KubeObject, KubeRef } from '../../clients/kubernetes/client.ts';
import type { Evidence, Offset } from '../../slo/model/entry.ts';
import type { Observed } from '../contract.ts';
import { forgetRecord } from '../lib/forget-record.ts';
import { requireCleared } from './aftermath.ts';
import { chaosResource } from './api.ts';
import { struckBy } from './children.ts';
import { createObject, isSame } from './create.ts';
import { injectionText } from './injection.ts';
import { isOneShotFault } from './manifest.ts';
import { isActive, readStatus } from './records.ts';
import { openRemoval, type Removal } from './remove.ts';
import { type Killed, missingReplacements, nobodysPods, strangers } from './replaced.ts';
import { awaitInjection, openSingleParts, type SingleParts } from './single-parts.ts';
import { allCandidates, INJECT_WITHIN_MS, type Strike, type StrikeSetting, within } from './strike.ts';
import { undoOf } from './undo.ts';

/** After a call that we gave up on, the server may still carry it out. */
const AFTERMATH_MS = 1_500;

/** How far it has come. `touched`: the object may have been made. */
interface Course {
  state: 'untouched' | 'touched' | 'made' | 'injected' | 'recovering';
  /** Of the object as it was when every target was hit. */
  struck: KubeObject;
  parts?: SingleParts;
  /** Of the first attempt: the fault may have gone at any time since. */
  removalBegan?: Offset;
}

/** One object of ours that brings one fault about. */
export function openSingle(setting: StrikeSetting): Strike {
  const { prepared } = setting;
  const ref = refOf(prepared.object);
  const removal = removalOf(setting, ref);
  const course: Course = { state: 'untouched', struck: { metadata: {} } };
  return {
    async inject(signal) {
      const bounded = within(INJECT_WITHIN_MS, signal);
      course.parts = await openSingleParts(setting, ref, () => lookAfter(course, setting), signal);
      return strike(course, course.parts, setting, { ref, bounded }, signal);
    },
    hold: (signal) => awaitReplacements(course, setting, signal),
    async evidence(signal) {
      if (course.state !== 'injected' || !course.parts) return [];
      return course.parts.proof.during(struckBy(course.struck), signal);
    },
    recover: (signal) => recover(course, removal, setting, signal),
    async close() {
      await course.parts?.close();
    },
  };
}

async function strike(
  course: Course,
  parts: SingleParts,
  setting: StrikeSetting,
  { ref, bounded }: { ref: KubeRef; bounded: AbortSignal },
  signal: AbortSignal,
): Promise<Observed> {
  const { kube, context, prepared } = setting;
  const notBefore = context.now();
  await context.ledger.record(undoOf(setting, ref));
  signal.throwIfAborted();
  course.state = 'touched';
  const creation = await createObject(kube, prepared.object, signal);
  if (creation.state === 'refused') course.state = 'untouched';
  if (creation.state !== 'made') throw new Error(creation.problem);
  course.state = 'made';
  const status = await awaitInjection(parts, context.now, bounded, signal);
  const at = context.now();
  course.struck = parts.observation.latest() ?? course.struck;
  course.state = 'injected';
  parts.pods.struck(new Set(status.records.map(({ namespace, pod }) => `${namespace}/${pod}`)));
  return { notBefore, at, evidence: [injectionText(status)] };
}

/** Somebody else ended our fault, or Chaos Mesh did: then the fault phase is not what the plan says. */
function lookAfter({ state, parts }: Course, { context, prepared }: StrikeSetting): void {
  if (state !== 'injected' || !parts || prepared.faults.every(isOneShotFault)) return;
  const latest = parts.observation.latest();
  if (parts.observation.gone()) context.lost('somebody deleted the object of the fault');
  else if (latest && !isActive(readStatus(latest))) context.lost('the fault ended before its time');
}

/** After a kill. */
async function awaitReplacements(
  { struck, parts }: Course,
  { context, prepared }: StrikeSetting,
  signal: AbortSignal,
): Promise<Observed> {
  const records = readStatus(struck).records.filter(({ key }) => key === '.');
  const since = struck.metadata.creationTimestamp ?? '';
  const killed = { before: allCandidates(prepared), records, since };
  const isBack = () => (missingReplacements(killed, parts!.pods.pods()).length === 0 ? context.now() : undefined);
  const at = await parts!.pods.until(isBack, signal);
  return { at, evidence: replacementEvidence(killed) };
}

function replacementEvidence(killed: Killed): Evidence[] {
  const findings = [
    ['nobody makes these pods anew', nobodysPods(killed)],
    ['these pods came after the targets were counted, and whether they were replaced is not known', strangers(killed)],
  ] as const;
  const told = findings.filter(([, ids]) => ids.length > 0);
  if (told.length === 0) return [{ of: 'note', text: 'all replacements were seen Ready' }];
  return told.map(([text, ids]) => ({ of: 'finding', text: `${text}: ${ids.join(', ')}` }));
}

async function recover(
  course: Course,
  removal: Removal,
  { context }: StrikeSetting,
  signal: AbortSignal,
): Promise<Observed> {
  if (course.state === 'untouched') {
    await forgetRecord(context);
    return { at: context.now(), evidence: [{ of: 'note', text: 'nothing was injected' }] };
  }
  const unsure = course.state === 'touched';
  // Where nobody knows whether the object was made, that stays so until an attempt comes to its end.
  if (!unsure) course.state = 'recovering';
  course.removalBegan ??= context.now();
  const notBefore = course.removalBegan;
  const evidence = await removal.run(signal);
  if (unsure) {
    await context.sleep(AFTERMATH_MS, signal);
    await removal.run(signal);
  }
  const at = context.now();
  const proofs = course.parts ? [course.parts.proof] : [];
  const clear = await requireCleared(proofs, context.sleep, signal);
  await forgetRecord(context);
  return { notBefore, at, evidence: [...evidence, ...clear, removedNote(evidence.length > 0, at - notBefore)] };
}

function removedNote(forced: boolean, tookMs: number): Evidence {
  const how = forced ? 'the object is gone' : 'Chaos Mesh took the fault back and the object is gone';
  return { of: 'note', text: `removed: ${how}, ${(tookMs / 1000).toFixed(1)}s after it was asked to` };
}

function removalOf({ kube, context, prepared }: StrikeSetting, ref: KubeRef): Removal {
  const { object } = prepared;
  const isOurs = (found: KubeObject) => isSame(found, object);
  return openRemoval({ kube, kind: object.kind!, ref, isOurs, sleep: context.sleep, now: context.now });
}

function refOf({ kind, metadata }: KubeObject): KubeRef {
  return { resource: chaosResource(kind!), namespace: metadata.namespace!, name: metadata.name! };
}
