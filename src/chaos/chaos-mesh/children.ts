import type { KubeClient, KubeObject } from '../../clients/kubernetes/client.ts';
import type { Evidence, Offset } from '../../slo/model/entry.ts';
import type { DriverContext } from '../contract.ts';
import { chaosResource } from './api.ts';
import { injectionText } from './injection.ts';
import { inPlainWords } from './plain-words.ts';
import type { MechanismProof, StruckTarget } from './proof/contract.ts';
import { isInjected, isRecovered, lastFailure, readStatus } from './records.ts';
import { createWaiting, type Waiting } from './waiting.ts';

const PROVE_EVERY_MS = 1_500;

/** A fault that somebody else's controller brings about: an object that a Workflow or a Schedule makes. */
export interface Child {
  fault: string;
  object: KubeObject;
  /** Before this it was not there. */
  seen: Offset;
  injected?: Offset;
  recovering?: Offset;
  /** Before this it was not recovering: a look tells late of what no watch told of. */
  notRecoveringUntil?: Offset;
  over?: Offset;
}

/** The objects that are made for us, each followed from its making to its end; every step of theirs is told. */
export interface Children {
  all(): readonly Child[];
  until: Waiting['until'];
  changed(): void;
  close(): Promise<void>;
}

export interface ChildrenSetting {
  kube: KubeClient;
  namespace: string;
  kinds: readonly string[];
  labelSelector: string;
  context: DriverContext;
  /** Which fault of the manifest an object is; `undefined` for what is not ours to follow. */
  faultOf(object: KubeObject): string | undefined;
  /** The mechanism's proof for a fault, opened before; told of the object's name once it is known. */
  proofOf(fault: string, object: KubeObject): MechanismProof | undefined;
  isOneShot(fault: string): boolean;
}

export function followChildren(setting: ChildrenSetting): Children {
  const { kube, namespace, kinds, labelSelector, context } = setting;
  const over = new AbortController();
  const waiting = createWaiting();
  const children = new Map<string, Child>();
  const proving: Promise<void>[] = [];
  const evidence = new Map<Child, Evidence[]>();

  const step = (child: Child, state: 'injected' | 'recovering' | 'recovered' | 'failed', facts: StepFacts) => {
    const oneShot = setting.isOneShot(child.fault) ? { oneShot: true as const } : {};
    context.tell({ fault: child.fault, ...oneShot, state, at: context.now(), ...facts });
  };
  const prove = async (child: Child) => {
    const proof = setting.proofOf(child.fault, child.object);
    let doubted = false;
    while (proof && child.recovering === undefined && !over.signal.aborted) {
      const pieces = await proof.during(struckBy(child.object), over.signal);
      // The fault is taken back before its object says so: one look that finds it gone may have come just then.
      doubted = !doubted && isProven(evidence.get(child)) && isRefuted(pieces);
      // A look that could not tell says nothing against an earlier one that could.
      const isSilent = isProven(evidence.get(child)) && !pieces.some(({ of }) => of === 'mechanism');
      if (child.recovering === undefined && !doubted && !isSilent) evidence.set(child, pieces);
      await context.sleep(PROVE_EVERY_MS, over.signal).catch(() => undefined);
    }
  };
  const advance = (child: Child, gone: boolean, since: Offset) => {
    const status = readStatus(child.object);
    if (child.injected === undefined && isInjected(status)) {
      child.injected = context.now();
      step(child, 'injected', { notBefore: child.seen, evidence: [injectionText(status)] });
      proving.push(prove(child));
    }
    const ending = gone || child.object.metadata.deletionTimestamp !== undefined || status.desiredPhase === 'Stop';
    if (child.injected !== undefined && child.recovering === undefined && ending) {
      child.recovering = context.now();
      child.notRecoveringUntil = Math.max(since, child.injected);
      step(child, 'recovering', { notBefore: child.notRecoveringUntil, evidence: evidence.get(child) ?? [] });
    }
    if (child.over !== undefined || !(gone || (child.recovering !== undefined && isRecovered(status)))) return;
    child.over = context.now();
    if (child.recovering !== undefined)
      step(child, 'recovered', { notBefore: child.notRecoveringUntil ?? child.recovering });
    else step(child, 'failed', { reason: failureText(child.object) });
  };
  const followed = kinds.map((kind) =>
    kube.follow(
      { resource: chaosResource(kind), namespace },
      { labelSelector, trouble: ({ message }) => context.log.warn({ kind, trouble: message }, 'following a fault') },
      ({ kind: change, object, lateByMs = 0 }) => {
        const since = context.now() - lateByMs;
        const fault = setting.faultOf(object);
        if (fault === undefined) return;
        const key = object.metadata.uid ?? object.metadata.name ?? '';
        const child = children.get(key) ?? { fault, object, seen: since };
        child.object = { ...object, kind };
        children.set(key, child);
        advance(child, change === 'gone', since);
        waiting.changed();
      },
      over.signal,
    ),
  );
  return {
    all: () => [...children.values()],
    until: (look, signal) => waiting.until(look, AbortSignal.any([signal, over.signal])),
    changed: waiting.changed,
    async close() {
      over.abort(new Error('the faults are not followed any more'));
      await Promise.all([...followed, ...proving]);
    },
  };
}

function isProven(pieces: readonly Evidence[] | undefined): boolean {
  return pieces?.some(({ holds }) => holds === true) === true && !isRefuted(pieces);
}

function isRefuted(pieces: readonly Evidence[]): boolean {
  return pieces.some(({ holds }) => holds === false);
}

interface StepFacts {
  notBefore?: Offset;
  reason?: string;
  evidence?: Evidence[];
}

export function struckBy(object: KubeObject): StruckTarget[] {
  return readStatus(object).records.map(({ id, key }) => ({ id, key: key === '.Target' ? key : '.' }));
}

function failureText(object: KubeObject): string {
  const failure = lastFailure(readStatus(object));
  return failure === undefined ? 'Chaos Mesh never injected it, and does not say why' : inPlainWords(failure);
}
