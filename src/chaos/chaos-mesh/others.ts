import type { KubeClient, KubeList, KubeObject, KubeResult } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import { chaosResource, RUN_LABEL } from './api.ts';
import { KNOWN_KINDS, pluralOf } from './manifest.ts';
import { labelValue } from './names.ts';
import { readStatus } from './records.ts';

/** What others do where a fault of ours is to act. */
export interface Others {
  /** A line for each fault in effect, and for each reason why nobody knows: two faults at once prove nothing about either. */
  problems: string[];
  /** What this account is not allowed to see, a line for each: somebody's fault may be there all the same. */
  unseen: string[];
}

export async function faultsOfOthers(
  kube: KubeClient,
  namespaces: readonly string[],
  run: string,
  signal: AbortSignal,
): Promise<Others> {
  const looks = await Promise.all(KNOWN_KINDS.map((kind) => lookAtKind(kube, kind, namespaces, signal)));
  const active = looks
    .flatMap(({ objects }) => objects)
    .filter(({ metadata }) => metadata.labels?.[RUN_LABEL] !== labelValue(run))
    .flatMap((object) => activeIn(object, namespaces));
  return {
    problems: [...active, ...new Set(looks.flatMap(({ problems }) => problems))],
    unseen: unseenIn(looks, namespaces),
  };
}

interface Look {
  kind: string;
  objects: (KubeObject & { kind: string })[];
  problems: string[];
  /** Where this kind may not be listed. */
  hidden: { elsewhere: boolean; namespaces: string[] };
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
  if (!isStatus(everywhere, 403))
    return { ...lookOf(kind, [everywhere]), hidden: { elsewhere: false, namespaces: [] } };
  const each = await Promise.all(namespaces.map((namespace) => kube.list({ resource, namespace }, {}, signal)));
  const refused = namespaces.filter((_, index) => isStatus(each[index]!, 403));
  return { ...lookOf(kind, each), hidden: { elsewhere: true, namespaces: refused } };
}

/** A kind that is not known there has no objects. */
function lookOf(kind: string, lists: readonly KubeResult<KubeList>[]): Omit<Look, 'hidden'> {
  const objects = lists.flatMap((list) => (list.ok ? list.value.items.map((item) => ({ ...item, kind })) : []));
  const troubles = lists.flatMap((list) => (list.ok || isStatus(list, 403, 404) ? [] : [list.message]));
  const problems = troubles.map((message) => `whether somebody else's fault is in effect cannot be seen: ${message}`);
  return { kind, objects, problems };
}

function unseenIn(looks: readonly Look[], namespaces: readonly string[]): string[] {
  const kindsHidden = (where: (look: Look) => boolean) =>
    looks
      .filter(where)
      .map(({ kind }) => pluralOf(kind))
      .join(', ');
  const lines = namespaces.map((namespace) => {
    const kinds = kindsHidden(({ hidden }) => hidden.namespaces.includes(namespace));
    return kinds && `whether somebody else's fault is in effect in ${namespace} is not known: may not list ${kinds}`;
  });
  const elsewhere = kindsHidden(({ hidden }) => hidden.elsewhere);
  const where = namespaces.join(', ');
  return [
    ...lines,
    elsewhere && `whether a fault made elsewhere acts in ${where} is not known: may not list ${elsewhere} everywhere`,
  ].filter((line) => line !== '');
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
