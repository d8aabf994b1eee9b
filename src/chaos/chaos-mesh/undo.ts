import * as z from 'zod';
import type { KubeRef } from '../../clients/kubernetes/client.ts';
import type { StrikeSetting } from './strike.ts';

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
});

export type ChaosMeshUndo = z.infer<typeof chaosMeshUndo>;

export function undoOf(
  { kube, context, prepared, access }: StrikeSetting,
  { namespace, name }: KubeRef,
): ChaosMeshUndo {
  const { run } = context;
  const kind = prepared.object.kind!;
  return { ...access, server: kube.address, kind, namespace: namespace!, name, run, namespaces: prepared.namespaces };
}
