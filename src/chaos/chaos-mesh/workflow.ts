import type { KubeObject, KubeRef } from '../../clients/kubernetes/client.ts';
import type { Evidence, Offset } from '../../slo/model/entry.ts';
import { forgetRecord } from '../lib/forget-record.ts';
import { requireCleared } from './aftermath.ts';
import { chaosResource, NODE_LABEL, WORKFLOW_LABEL } from './api.ts';
import { type Children, followChildren } from './children.ts';
import { createObject, isSame } from './create.ts';
import { type TroubleEvents, tellEvents } from './events.ts';
import { isFields } from './manifest.ts';
import { type Observation, observe } from './observation.ts';
import { inPlainWords } from './plain-words.ts';
import { openProofs, type Proofs } from './proofs.ts';
import { openWorkflowRemoval } from './remove-workflow.ts';
import { INJECT_WITHIN_MS, type Strike, type StrikeSetting, within } from './strike.ts';
import { undoOf } from './undo.ts';

/** After a call that we gave up on, the server may still carry it out. */
const AFTERMATH_MS = 1_500;

interface Open {
  proofs: Proofs;
  children: Children;
  events: TroubleEvents;
  workflow: Observation;
}

/** A Workflow of ours: each of its faults is followed, proven and told by itself, and it ends by itself. */
export function openWorkflow(setting: StrikeSetting): Strike {
  const { kube, context, prepared } = setting;
  const ref = refOf(prepared.object);
  const removal = openWorkflowRemoval(
    {
      kube,
      kind: 'Workflow',
      ref,
      isOurs: (object) => isSame(object, prepared.object),
      sleep: context.sleep,
      now: context.now,
    },
    kindsOf(setting),
  );
  let open: Open | undefined;
  let touched = false;
  /** Of the first attempt: the faults may have gone at any time since. */
  let removalBegan: Offset | undefined;
  return {
    async inject(signal) {
      const bounded = within(INJECT_WITHIN_MS, signal);
      open = await beginWorkflow(setting, ref, signal);
      const notBefore = context.now();
      await context.ledger.record(undoOf(setting, ref));
      signal.throwIfAborted();
      touched = true;
      const creation = await createObject(kube, prepared.object, signal);
      if (creation.state === 'refused') touched = false;
      if (creation.state !== 'made') throw new Error(creation.problem);
      const at = await awaitFirst(open, bounded, signal);
      return { notBefore, at, evidence: [] };
    },
    async hold(signal) {
      const { workflow, children } = open!;
      const at = await children.until(() => (isOver(workflow, children) ? context.now() : undefined), signal);
      tellMissing(setting, children);
      return { at, evidence: [{ of: 'note', text: 'the Workflow is accomplished, and each of its faults is over' }] };
    },
    evidence: async () => [],
    async recover(signal) {
      if (!touched) {
        await forgetRecord(context);
        return { at: context.now(), evidence: [{ of: 'note', text: 'nothing was injected' }] };
      }
      removalBegan ??= context.now();
      const notBefore = removalBegan;
      await context.sleep(open?.workflow.latest() ? 0 : AFTERMATH_MS, signal);
      const evidence = await removal.run(signal);
      const at = context.now();
      const clear = await clearedOf(open, setting, signal);
      await forgetRecord(context);
      return {
        notBefore,
        at,
        evidence: [...evidence, ...clear, { of: 'note', text: 'the Workflow and its faults are gone' }],
      };
    },
    async close() {
      open?.proofs.close();
      await Promise.all([open?.children.close(), open?.events.close(), open?.workflow.close()]);
    },
  };
}

async function beginWorkflow(setting: StrikeSetting, ref: KubeRef, signal: AbortSignal): Promise<Open> {
  const { kube, context } = setting;
  const proofs = await openProofs(setting, signal);
  const children = followChildren({
    kube,
    namespace: ref.namespace!,
    kinds: kindsOf(setting),
    labelSelector: `${WORKFLOW_LABEL}=${ref.name}`,
    context,
    faultOf: (object) => templateNameOf(object, proofs.names),
    proofOf: proofs.of,
    isOneShot: proofs.isOneShot,
  });
  const isOurs = (name: string) => name === ref.name || proofs.names.some((each) => name.startsWith(`${each}-`));
  const events = tellEvents(kube, ref.namespace!, isOurs, context);
  const workflow = observe(kube, ref, {
    trouble: ({ message }) => context.log.warn({ name: ref.name, trouble: message }, 'following the Workflow'),
    changed: () => children.changed(),
  });
  return { proofs, children, events, workflow };
}

/** A fault that comes late is no fault yet: the plan's steady phase is the place to wait. */
async function awaitFirst(
  { children, workflow, events }: Open,
  bounded: AbortSignal,
  signal: AbortSignal,
): Promise<Offset> {
  try {
    return await children.until(() => {
      const injected = children.all().flatMap((child) => child.injected ?? []);
      if (injected.length > 0) return Math.min(...injected);
      if (workflow.gone()) throw new Error('somebody deleted the Workflow before it injected a fault');
      if (isAccomplished(workflow.latest())) throw new Error('the Workflow ended without injecting a fault');
      return undefined;
    }, bounded);
  } catch (error) {
    if (signal.aborted || !bounded.aborted) throw error;
    const last = events.last();
    throw new Error(last ? inPlainWords(last) : `the Workflow injected no fault within ${INJECT_WITHIN_MS / 1000}s`);
  }
}

function isOver(workflow: Observation, children: Children): boolean {
  const ended = isAccomplished(workflow.latest());
  if (!ended && workflow.gone()) throw new Error('somebody deleted the Workflow before it ended');
  return ended && children.all().every(({ over }) => over !== undefined);
}

/** There is no failed state to wait for: a fault that never came shows only by its absence. */
function tellMissing({ context, prepared }: StrikeSetting, children: Children): void {
  const seen = new Set(children.all().map(({ fault }) => fault));
  for (const fault of prepared.candidates.keys())
    if (!seen.has(fault)) context.tell({ fault, state: 'failed', reason: 'the Workflow never made it' });
}

function isAccomplished(workflow: KubeObject | undefined): boolean {
  const status = isFields(workflow?.status) ? workflow.status : {};
  const conditions = Array.isArray(status['conditions']) ? status['conditions'].filter(isFields) : [];
  return conditions.some(({ type, status: is }) => type === 'Accomplished' && is === 'True');
}

/** The name of a node is that of its template with something appended. */
function templateNameOf({ metadata }: KubeObject, names: readonly string[]): string | undefined {
  const node = metadata.labels?.[NODE_LABEL] ?? metadata.ownerReferences?.[0]?.name ?? '';
  const template = node.replace(/-[a-z0-9]{5}$/, '');
  return names.find((name) => name === template) ?? names.find((name) => node.startsWith(`${name.slice(0, 50)}-`));
}

function kindsOf({ prepared }: StrikeSetting): string[] {
  return [...new Set(prepared.faults.map(({ kind }) => kind))];
}

async function clearedOf(open: Open | undefined, { context }: StrikeSetting, signal: AbortSignal): Promise<Evidence[]> {
  return open ? requireCleared(open.proofs.all(), context.sleep, signal) : [];
}

function refOf({ metadata }: KubeObject): KubeRef {
  return { resource: chaosResource('Workflow'), namespace: metadata.namespace!, name: metadata.name! };
}
