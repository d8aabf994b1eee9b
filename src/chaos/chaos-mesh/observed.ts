import type { KubeObject, KubeRef } from '../../clients/kubernetes/client.ts';
import type { Evidence, Offset } from '../../slo/model/entry.ts';
import { requireCleared } from './aftermath.ts';
import { chaosResource, MANAGED_BY_LABEL } from './api.ts';
import { type Child, type Children, followChildren } from './children.ts';
import { isOneShotFault } from './manifest.ts';
import { openProofs, type Proofs } from './proofs.ts';
import { openRemoval, type Removal } from './remove.ts';
import { INJECT_WITHIN_MS, type Strike, type StrikeSetting, within } from './strike.ts';

export interface ObservedSetting {
  schedule: string;
  /** On an abort the observed run is deleted. */
  mayDelete: boolean;
}

interface Open {
  proofs: Proofs;
  children: Children;
}

/** The run that a Schedule makes by its own cron: watched, and not ours to change. */
export function openObserved(setting: StrikeSetting, { schedule, mayDelete }: ObservedSetting): Strike {
  const { context, prepared } = setting;
  const fault = prepared.faults[0];
  let open: Open | undefined;
  let child: Child | undefined;
  let removal: Removal | undefined;
  let removalBegan: Offset | undefined;
  // What strikes once has no end: its object stays until the Schedule clears its history.
  const goesOn = (each: Child) => each.over === undefined && !(fault && isOneShotFault(fault) && each.injected);
  const isOver = () => (child && !goesOn(child) ? context.now() : undefined);
  return {
    async inject(signal) {
      if (!fault || prepared.faults.length > 1) throw new Error('only a Schedule of a single fault can be observed');
      const bounded = within(INJECT_WITHIN_MS, signal);
      const notBefore = context.now();
      open = await follow(setting, schedule, signal);
      const { children } = open;
      const found = await children
        .until(() => children.all().find(({ injected }) => injected !== undefined), bounded)
        .catch((error) =>
          Promise.reject(signal.aborted ? error : new Error(`the Schedule ${schedule} made no run in time`)),
        );
      child = found;
      return { notBefore, at: found.injected!, evidence: [{ of: 'note', text: `observed: ${titleOf(found)}` }] };
    },
    async hold(signal) {
      const at = await open!.children.until(isOver, signal);
      return { at, evidence: [{ of: 'note', text: `${titleOf(child!)} is over` }] };
    },
    evidence: async () => [],
    async recover(signal) {
      removalBegan ??= context.now();
      const notBefore = removalBegan;
      const going = open?.children.all().find(goesOn);
      const evidence: Evidence[] = [];
      if (going && mayDelete) {
        removal ??= removalOf(setting, going);
        evidence.push(...(await removal.run(signal)));
      } else if (going) await requireEnd(open!.children, going, signal);
      const at = context.now();
      evidence.push(...(open && child ? await requireCleared(open.proofs.all(), context.sleep, signal) : []));
      return { notBefore, at, evidence };
    },
    async close() {
      open?.proofs.close();
      await open?.children.close();
    },
  };
}

async function follow(setting: StrikeSetting, schedule: string, signal: AbortSignal): Promise<Open> {
  const { kube, context, prepared } = setting;
  const [fault] = prepared.faults;
  const labelSelector = `${MANAGED_BY_LABEL}=${schedule}`;
  const earlier = await earlierRuns(setting, fault!.kind, labelSelector, signal);
  const proofs = await openProofs(setting, signal);
  const children = followChildren({
    kube,
    namespace: prepared.namespace,
    kinds: [fault!.kind],
    labelSelector,
    context,
    faultOf: ({ metadata }) => (earlier.has(metadata.uid) ? undefined : fault!.name),
    proofOf: proofs.of,
    isOneShot: proofs.isOneShot,
  });
  return { proofs, children };
}

/** By what is there, and not by stamps: clocks differ, and what an earlier run recorded looks like an injection. */
async function earlierRuns(
  { kube, prepared }: StrikeSetting,
  kind: string,
  labelSelector: string,
  signal: AbortSignal,
): Promise<Set<string | undefined>> {
  const place = { resource: chaosResource(kind), namespace: prepared.namespace };
  const listed = await kube.list(place, { labelSelector }, signal);
  if (!listed.ok) throw new Error(`the earlier runs of the Schedule cannot be listed: ${listed.message}`);
  return new Set(listed.value.items.map(({ metadata }) => metadata.uid));
}

async function requireEnd(children: Children, child: Child, signal: AbortSignal): Promise<void> {
  const end = children.until(() => (child.over === undefined ? undefined : true), signal);
  await end.catch(() =>
    Promise.reject(new Error(`${titleOf(child)} is not ours and goes on until it ends by itself: see \`mayDelete\``)),
  );
}

function removalOf({ kube, context }: StrikeSetting, { object }: Child): Removal {
  const ref = refOf(object);
  const isOurs = ({ metadata }: KubeObject) => metadata.uid === object.metadata.uid;
  return openRemoval({ kube, kind: object.kind!, ref, isOurs, sleep: context.sleep, now: context.now });
}

function refOf({ kind, metadata }: KubeObject): KubeRef {
  return { resource: chaosResource(kind!), namespace: metadata.namespace!, name: metadata.name! };
}

function titleOf({ object }: Child): string {
  return `${object.kind} ${object.metadata.namespace}/${object.metadata.name}`;
}
