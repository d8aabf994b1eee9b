import * as z from 'zod';
import type { KubeRef } from '../../clients/kubernetes/client.ts';
import type { StrikeSetting } from './strike.ts';

/** Nothing but names: a manifest may hold secrets. */
const fault = z.strictObject({
  name: z.string(),
  kind: z.string(),
  action: z.string().optional(),
  pods: z.array(z.strictObject({ key: z.enum(['.', '.Target']), namespace: z.string(), name: z.string() })),
});

/** What it takes to remove the fault without the run that made it. */
export const chaosMeshUndo = z.strictObject({
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  /** The same names may mean another cluster by then. */
  server: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  run: z.string(),
  /** Where the run held the lease. */
  namespaces: z.array(z.string()),
  /** What it was to strike, to look there also when the object is gone already. */
  faults: z.array(fault).default([]),
});

export type ChaosMeshUndo = z.infer<typeof chaosMeshUndo>;
export type RecordedFault = z.infer<typeof fault>;

/** Keeps the record well below its limit. Of more faults than these only the kinds are kept. */
const RECORDED_FAULTS = 20;
const RECORDED_PODS = 500;

export function undoOf(
  { kube, context, prepared, access }: StrikeSetting,
  { namespace, name }: KubeRef,
): ChaosMeshUndo {
  const { run } = context;
  const kind = prepared.object.kind!;
  const { namespaces } = prepared;
  const faults = recordedFaults(prepared);
  return { ...access, server: kube.address, kind, namespace: namespace!, name, run, namespaces, faults };
}

function recordedFaults({ faults, candidates }: StrikeSetting['prepared']): RecordedFault[] {
  return faults.map(({ name, kind, action }, index) => ({
    name,
    kind,
    ...(action === undefined ? {} : { action }),
    pods: (candidates.get(name) ?? [])
      .slice(0, index < RECORDED_FAULTS ? RECORDED_PODS : 0)
      .map(({ key, pod }) => ({ key, namespace: pod.namespace, name: pod.name })),
  }));
}
