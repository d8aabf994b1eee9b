import type { KubeClient, KubeObject } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import { chaosResource, RUN_LABEL } from './api.ts';
import { KNOWN_KINDS } from './manifest.ts';
import { labelValue } from './names.ts';
import { readStatus } from './records.ts';

/** Faults of others that are in effect where ours is to act, a line for each: two at once prove nothing about either. */
export async function faultsOfOthers(
  kube: KubeClient,
  namespaces: readonly string[],
  run: string,
  signal: AbortSignal,
): Promise<string[]> {
  const listed = await Promise.all(KNOWN_KINDS.map((kind) => listKind(kube, kind, namespaces, signal)));
  return listed
    .flat()
    .filter(({ metadata }) => metadata.labels?.[RUN_LABEL] !== labelValue(run))
    .flatMap((object) => activeIn(object, namespaces));
}

/** Everywhere, since a fault may act in other namespaces than its own; only in these where more is not allowed. */
async function listKind(
  kube: KubeClient,
  kind: string,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<(KubeObject & { kind: string })[]> {
  const resource = chaosResource(kind);
  const named = (items: KubeObject[]) => items.map((item) => ({ ...item, kind }));
  const everywhere = await kube.list({ resource }, {}, signal);
  if (everywhere.ok) return named(everywhere.value.items);
  if (!isStatus(everywhere, 403)) return [];
  const each = await Promise.all(namespaces.map((namespace) => kube.list({ resource, namespace }, {}, signal)));
  return each.flatMap((one) => (one.ok ? named(one.value.items) : []));
}

function activeIn(object: KubeObject & { kind: string }, namespaces: readonly string[]): string[] {
  const { namespace, name, labels } = object.metadata;
  const active = readStatus(object).records.filter(
    (record) => record.phase !== 'Not Injected' && namespaces.includes(record.namespace),
  );
  // One that struck once stays marked as injected for ever.
  if (active.length === 0 || isOneShotObject(object)) return [];
  const run = labels?.[RUN_LABEL];
  const whose = run === undefined ? '' : ` of run ${run}`;
  return [`a fault${whose} is in effect: ${object.kind} ${namespace}/${name}, on ${active[0]!.id}`];
}

function isOneShotObject({ spec }: KubeObject): boolean {
  const action = (spec as { action?: unknown } | undefined)?.action;
  return action === 'pod-kill' || action === 'container-kill';
}
