import type { KubeObject, KubeRef } from '../../clients/kubernetes/client.ts';
import type { Evidence, Offset } from '../../slo/model/entry.ts';
import { forgetRecord } from '../lib/forget-record.ts';
import { requireCleared } from './aftermath.ts';
import { chaosResource } from './api.ts';
import { createObject, isSame } from './create.ts';
import { type TroubleEvents, tellEvents } from './events.ts';
import { injectionText, type Progress, progressOf } from './injection.ts';
import { faultsOf, isOneShotFault, selectorsOf } from './manifest.ts';
import { type Observation, observe } from './observation.ts';
import { inPlainWords } from './plain-words.ts';
import { type PodWatch, watchPods } from './pod-watch.ts';
import type { MechanismProof, StruckTarget } from './proof/contract.ts';
import { type ChaosStatus, isActive, lastFailure, readStatus } from './records.ts';
import { openRemoval } from './remove.ts';
import { missingReplacements, nobodysPods } from './replaced.ts';
import { allCandidates, INJECT_WITHIN_MS, type Strike, type StrikeSetting, within } from './strike.ts';
import { undoOf } from './undo.ts';

/** After a call that we gave up on, the server may still carry it out. */
const AFTERMATH_MS = 1_500;

/** What is open while the fault is there. */
interface Open {
  proof: MechanismProof;
  pods: PodWatch;
  events: TroubleEvents;
  observation: Observation;
}

/** One object of ours that brings one fault about. */
export function openSingle(setting: StrikeSetting): Strike {
  const { kube, context, prepared } = setting;
  const ref = refOf(prepared.object);
  const [fault] = faultsOf(prepared.manifest);
  const oneShot = fault !== undefined && isOneShotFault(fault);
  const removal = openRemoval({
    kube,
    kind: prepared.object.kind!,
    ref,
    isOurs: (object) => isSame(object, prepared.object),
    sleep: context.sleep,
    now: context.now,
  });
  let open: Open | undefined;
  let state: 'untouched' | 'touched' | 'made' | 'injected' | 'recovering' = 'untouched';
  let struck: ChaosStatus = { desiredPhase: undefined, records: [] };

  /** Somebody else ended our fault, or Chaos Mesh did: then the fault phase is not what the plan says. */
  const lookAfterIt = () => {
    if (state !== 'injected' || oneShot || !open) return;
    const latest = open.observation.latest();
    if (open.observation.gone()) context.lost('somebody deleted the object of the fault');
    else if (latest && !isActive(readStatus(latest))) context.lost('the fault ended before its time');
  };
  const begin = async (signal: AbortSignal): Promise<Open> => {
    const candidates = prepared.candidates.get(fault?.name ?? '') ?? [];
    const object = { namespace: ref.namespace!, name: ref.name };
    const sleep = context.sleep;
    const proof = await setting.openProof({ fault: fault!, object, candidates, kube, wallClock: Date.now, sleep });
    const pods = watchPods({
      kube,
      namespaces: prepared.namespaces,
      faults: fault ? [fault] : [],
      selects: (pod) => matchesLabels(pod.labels, setting),
      context,
    });
    const events = tellEvents(kube, ref.namespace!, (name) => name === ref.name, context);
    const observation = observe(kube, ref, {
      trouble: ({ message }) => context.log.warn({ name: ref.name, trouble: message }, 'following the fault'),
      changed: lookAfterIt,
    });
    open = { proof, pods, events, observation };
    await proof.before(signal);
    return open;
  };
  const make = async (signal: AbortSignal): Promise<void> => {
    await context.ledger.record(undoOf(setting, ref));
    signal.throwIfAborted();
    state = 'touched';
    const creation = await createObject(kube, prepared.object, signal);
    if (creation.state === 'refused') state = 'untouched';
    if (creation.state !== 'made') throw new Error(creation.problem);
    state = 'made';
  };
  const awaitInjection = async ({ observation, events }: Open, signal: AbortSignal): Promise<ChaosStatus> => {
    const progress: Progress = {};
    try {
      return await observation.until(
        () => progressOf(observation, events.last(), progress, context.now()),
        within(INJECT_WITHIN_MS, signal),
      );
    } catch (error) {
      const failure = lastFailure(readStatus(observation.latest() ?? { metadata: {} }));
      if (signal.aborted || !isTimeout(error)) throw error;
      throw new Error(
        failure ? inPlainWords(failure) : 'Chaos Mesh did not inject the fault in time, and does not say why',
      );
    }
  };
  const cleared = async (signal: AbortSignal): Promise<Evidence[]> =>
    open ? requireCleared([open.proof], context.sleep, signal) : [];

  return {
    async inject(signal) {
      const parts = await begin(signal);
      const notBefore = context.now();
      await make(signal);
      struck = await awaitInjection(parts, signal);
      const at = context.now();
      state = 'injected';
      parts.pods.struck(new Set(struck.records.map(({ namespace, pod }) => `${namespace}/${pod}`)));
      return { notBefore, at, evidence: [injectionText(struck)] };
    },
    async hold(signal) {
      const killed = { before: allCandidates(prepared), records: struck.records.filter(({ key }) => key === '.') };
      const at = await open!.pods.until(
        (pods) => (missingReplacements(killed, pods).length === 0 ? context.now() : undefined),
        signal,
      );
      return { at, evidence: holdEvidence(nobodysPods(killed)) };
    },
    async evidence(signal) {
      if (state !== 'injected' || !open) return [];
      const targets = struck.records.map(({ id, key }): StruckTarget => ({ id, key: key === '.Target' ? key : '.' }));
      return open.proof.during(targets, signal);
    },
    async recover(signal) {
      if (state === 'untouched') {
        await forgetRecord(context);
        return { at: context.now(), evidence: [{ of: 'note', text: 'nothing was injected' }] };
      }
      const unsure = state === 'touched';
      state = 'recovering';
      const notBefore: Offset = context.now();
      const evidence = await removal.run(signal);
      if (unsure) {
        await context.sleep(AFTERMATH_MS, signal);
        await removal.run(signal);
      }
      const at = context.now();
      const clear = await cleared(signal);
      await forgetRecord(context);
      return { notBefore, at, evidence: [...evidence, ...clear, removedNote(evidence.length > 0, at - notBefore)] };
    },
    async close() {
      open?.proof.close();
      await Promise.all([open?.pods.close(), open?.events.close(), open?.observation.close()]);
    },
  };
}

function matchesLabels(labels: Readonly<Record<string, string>>, { prepared }: StrikeSetting): boolean {
  const selectors = faultsOf(prepared.manifest).flatMap((fault) => selectorsOf(fault, prepared.namespace));
  return selectors.some(({ selector }) => {
    const wanted = Object.entries(selector.labelSelectors);
    return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
  });
}

function holdEvidence(orphans: readonly string[]): Evidence[] {
  if (orphans.length === 0) return [{ of: 'note', text: 'all replacements were seen Ready' }];
  return [{ of: 'finding', text: `nobody makes these pods anew: ${orphans.join(', ')}` }];
}

function removedNote(forced: boolean, tookMs: number): Evidence {
  const how = forced ? 'the object is gone' : 'Chaos Mesh took the fault back and the object is gone';
  return { of: 'note', text: `removed: ${how}, ${(tookMs / 1000).toFixed(1)}s after it was asked to` };
}

function refOf({ kind, metadata }: KubeObject): KubeRef {
  return { resource: chaosResource(kind!), namespace: metadata.namespace!, name: metadata.name! };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
