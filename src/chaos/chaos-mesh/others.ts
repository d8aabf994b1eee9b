import type { KubeClient, KubeList, KubeObject, KubeResult } from '../../clients/kubernetes/client.ts';
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
  const looks = await Promise.all(KNOWN_KINDS.map((kind) => lookAtKind(kube, kind, namespaces, signal)));
  const active = looks
    .flatMap(({ objects }) => objects)
    .filter(({ metadata }) => metadata.labels?.[RUN_LABEL] !== labelValue(run))
    .flatMap((object) => activeIn(object, namespaces));
  return [...active, ...new Set(looks.flatMap(({ problems }) => problems))];
}

interface Look {
  objects: (KubeObject & { kind: string })[];
  problems: string[];
}

/** Everywhere, since a fault may act in other namespaces than its own; only in these where more is not allowed. */
async function lookAtKind(
  kube: KubeClient,
  kind: string,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<Look> {
  const resource = chaosResource(kind);
  const everywhere = await kube.list({ resource }, {}, signal);
  if (!isStatus(everywhere, 403)) return lookOf(kind, everywhere);
  const each = await Promise.all(namespaces.map((namespace) => kube.list({ resource, namespace }, {}, signal)));
  const looks = each.map((one) => lookOf(kind, one));
  return { objects: looks.flatMap(({ objects }) => objects), problems: looks.flatMap(({ problems }) => problems) };
}

/** What may not be listed is what the permissions are for, and a kind that is not known there has no objects. */
function lookOf(kind: string, list: KubeResult<KubeList>): Look {
  if (list.ok) return { objects: list.value.items.map((item) => ({ ...item, kind })), problems: [] };
  if (isStatus(list, 403, 404)) return { objects: [], problems: [] };
  return { objects: [], problems: [`whether somebody else's fault is in effect cannot be seen: ${list.message}`] };
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
