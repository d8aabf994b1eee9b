import { type KubeClient, type KubeObject, type KubeResource, RESOURCES } from '../../../clients/kubernetes/client.ts';
import type { Inspection } from '../../contract.ts';
import { type Fields, isFields } from '../manifest.ts';
import type { PodView } from '../pod.ts';
import { problem, warning } from './found.ts';
import type { Subject } from './subject.ts';

const WORKLOADS: Record<string, KubeResource> = {
  deployment: RESOURCES.deployments,
  statefulset: RESOURCES.statefulSets,
  daemonset: RESOURCES.daemonSets,
};

/** A rollout replaces the pods under the fault: neither could be told from the other. */
export async function checkRollouts({ kube, pods }: Subject, signal: AbortSignal): Promise<Inspection[]> {
  const kinds = Object.entries(WORKLOADS).map(async ([kind, resource]) => {
    const found = await listIn(kube, resource, pods, signal);
    if (!found.ok) return [warning(`whether a ${kind} rolls out cannot be seen: ${found.message}`)];
    return found.items.filter((one) => pods.some((pod) => isMeant(one, pod))).flatMap((one) => rolloutOf(kind, one));
  });
  return (await Promise.all(kinds)).flat();
}

function rolloutOf(kind: string, { metadata, spec, status }: KubeObject): Inspection[] {
  const wanted = fieldsOf(spec);
  const now = fieldsOf(status);
  const replicas = numberOf(now['desiredNumberScheduled']) ?? numberOf(wanted['replicas']) ?? 1;
  const updated = numberOf(now['updatedReplicas']) ?? numberOf(now['updatedNumberScheduled']) ?? 0;
  const ready = numberOf(now['readyReplicas']) ?? numberOf(now['numberReady']) ?? 0;
  const unseen = (numberOf(now['observedGeneration']) ?? 0) < (metadata.generation ?? 0);
  const name = `${kind} ${metadata.namespace}/${metadata.name}`;
  const command = `kubectl rollout status ${kind} -n ${metadata.namespace} ${metadata.name}`;
  // A pod template that waits for somebody to delete pods rolls nothing out.
  const strategy = fieldsOf(wanted['updateStrategy']);
  const byHand = strategy['type'] === 'OnDelete';
  // Nor does one that is to reach only some of them, once it has.
  const kept = numberOf(fieldsOf(strategy['rollingUpdate'])['partition']) ?? 0;
  if (unseen || (updated < replicas - kept && !byHand))
    return [problem(`a rollout of ${name} is in progress: ${updated} of ${replicas} pods are new`, command)];
  return ready < replicas ? [warning(`only ${ready} of ${replicas} pods of ${name} are ready`, command)] : [];
}

/** Chaos Mesh deletes pods and changes their images; a budget restrains evictions only. */
export async function checkBudgets({ kube, pods, selected }: Subject, signal: AbortSignal): Promise<Inspection[]> {
  const striking = selected.filter(({ fault }) => fault.kind === 'PodChaos');
  if (striking.length === 0) return [];
  const found = await listIn(kube, RESOURCES.podDisruptionBudgets, pods, signal);
  if (!found.ok) return [];
  return found.items.flatMap((budget) =>
    striking.flatMap(({ taken, pods: meant }) => {
      const allowed = numberOf(fieldsOf(budget.status)['disruptionsAllowed']);
      const hit = meant.some((pod) => isMeant(budget, pod));
      if (!hit || allowed === undefined || taken <= allowed) return [];
      const { namespace, name } = budget.metadata;
      const text = `the fault takes ${taken} pods, and the disruption budget ${namespace}/${name} allows ${allowed}: Chaos Mesh does not heed it`;
      return [warning(text, `kubectl get poddisruptionbudgets -n ${namespace} ${name}`)];
    }),
  );
}

type Listed = { ok: true; items: KubeObject[] } | { ok: false; message: string };

async function listIn(
  kube: KubeClient,
  resource: KubeResource,
  pods: readonly PodView[],
  signal: AbortSignal,
): Promise<Listed> {
  const namespaces = [...new Set(pods.map(({ namespace }) => namespace))];
  const lists = await Promise.all(namespaces.map((namespace) => kube.list({ resource, namespace }, {}, signal)));
  const failed = lists.find((list) => !list.ok);
  if (failed) return { ok: false, message: failed.message };
  return { ok: true, items: lists.flatMap((list) => (list.ok ? list.value.items : [])) };
}

/** By `matchLabels` alone: expressions are rare in workloads, and one that is passed over costs a warning. */
function isMeant({ metadata, spec }: KubeObject, pod: PodView): boolean {
  const labels = Object.entries(fieldsOf(fieldsOf(fieldsOf(spec)['selector'])['matchLabels']));
  return (
    metadata.namespace === pod.namespace &&
    labels.length > 0 &&
    labels.every(([name, value]) => pod.labels[name] === value)
  );
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
