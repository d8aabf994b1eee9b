import { type KubeClient, type KubeTrouble, RESOURCES } from '../../clients/kubernetes/client.ts';
import {
  faultsOf,
  type Manifest,
  type ManifestFault,
  namespacesOf,
  type PodSelector,
  selectorsOf,
  type TargetSelector,
} from './manifest.ts';
import { type PodView, readPod } from './pod.ts';

/** The pods that one selector of a fault finds now, and how many of them Chaos Mesh will take. */
export interface Candidates {
  fault: ManifestFault;
  selector: TargetSelector;
  pods: PodView[];
  /** How many at most; which, is Chaos Mesh's to choose where it is fewer than there are. */
  taken: number;
}

export type Selected = { ok: true; candidates: Candidates[] } | KubeTrouble;

/** Finds the pods as the controller does (its rules, its rounding), for every selector of every fault. */
export async function selectTargets(
  kube: KubeClient,
  manifest: Manifest,
  ownNamespace: string,
  signal: AbortSignal,
): Promise<Selected> {
  const candidates: Candidates[] = [];
  for (const fault of faultsOf(manifest))
    for (const selector of selectorsOf(fault, ownNamespace)) {
      const found = await selectPods(kube, selector.selector, signal);
      if (!found.ok) return found;
      candidates.push({ fault, selector, pods: found.pods, taken: takenOf(selector, found.pods.length) });
    }
  return { ok: true, candidates };
}

/** How many of `count` pods a mode takes at most. */
export function takenOf({ mode, value }: Pick<TargetSelector, 'mode' | 'value'>, count: number): number {
  const number = Number(value);
  if (mode === 'one') return Math.min(1, count);
  if (mode === 'fixed') return Math.min(Number.isInteger(number) ? number : 0, count);
  if (mode === 'fixed-percent' || mode === 'random-max-percent') return Math.ceil((count * number) / 100) || 0;
  return count;
}

/**
 * Names to count and to read: where only some of the pods will be taken, each name stands for one of them. Two faults that choose among the
 * same pods may choose others.
 */
export function nameTargets(candidates: readonly Candidates[]): string[] {
  const whole = candidates.filter(({ pods, taken }) => taken >= pods.length);
  const chosen = Map.groupBy(
    candidates.filter(({ pods, taken }) => taken < pods.length),
    ({ pods }) => pods.map(podId).join(', '),
  );
  const names = [...chosen].flatMap(([among, some]) => {
    const taken = some.reduce((sum, one) => sum + one.taken, 0);
    return Array.from({ length: taken }, (_, index) => `${index + 1} of ${taken} among ${among}`);
  });
  return [...new Set([...whole.flatMap(({ pods }) => pods.map(podId)), ...names])].sort();
}

/** As the records of a status name it. */
export function podId({ namespace, name }: Pick<PodView, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

type Found = { ok: true; pods: PodView[] } | KubeTrouble;

async function selectPods(kube: KubeClient, selector: PodSelector, signal: AbortSignal): Promise<Found> {
  const named = new Map(Object.entries(selector.pods));
  const nodes = await selectNodes(kube, selector, signal);
  if (!nodes.ok) return nodes;
  const pods: PodView[] = [];
  for (const namespace of namespacesOf(selector)) {
    const query = named.size > 0 ? {} : queryFor(selector);
    const listed = await kube.list({ resource: RESOURCES.pods, namespace }, query, signal);
    if (!listed.ok) return listed;
    pods.push(...listed.value.items.map(readPod));
  }
  if (named.size > 0)
    return { ok: true, pods: pods.filter(({ namespace, name }) => named.get(namespace)!.includes(name)) };
  return { ok: true, pods: pods.filter((pod) => matches(pod, selector, nodes.names)) };
}

/** What the API server can select for us. */
export function queryFor({ labelSelectors, expressionSelectors, fieldSelectors }: PodSelector) {
  const labels = [
    ...Object.entries(labelSelectors).map(([name, value]) => `${name}=${value}`),
    ...expressionSelectors.map(asLabelSelector),
  ].join(',');
  const fields = Object.entries(fieldSelectors)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  return { ...(labels === '' ? {} : { labelSelector: labels }), ...(fields === '' ? {} : { fieldSelector: fields }) };
}

function asLabelSelector({ key, operator, values }: PodSelector['expressionSelectors'][number]): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'NotIn' ? 'notin' : 'in'} (${values.join(',')})`;
}

function matches(pod: PodView, selector: PodSelector, nodes: Set<string> | undefined): boolean {
  const { annotationSelectors, podPhaseSelectors } = selector;
  if (nodes && !nodes.has(pod.node ?? '')) return false;
  if (Object.entries(annotationSelectors).some(([name, value]) => pod.annotations[name] !== value)) return false;
  return isInPhase(pod.phase, podPhaseSelectors);
}

function isInPhase(phase: string, selectors: string[]): boolean {
  const excluded = selectors.filter((each) => each.startsWith('!')).map((each) => each.slice(1));
  const included = selectors.filter((each) => !each.startsWith('!'));
  return !excluded.includes(phase) && (included.length === 0 || included.includes(phase));
}

/** Nodes by name and nodes by label together; `undefined` where the selector does not speak of nodes. */
async function selectNodes(
  kube: KubeClient,
  { nodes, nodeSelectors }: PodSelector,
  signal: AbortSignal,
): Promise<{ ok: true; names: Set<string> | undefined } | KubeTrouble> {
  const labels = Object.entries(nodeSelectors).map(([name, value]) => `${name}=${value}`);
  if (nodes.length === 0 && labels.length === 0) return { ok: true, names: undefined };
  if (labels.length === 0) return { ok: true, names: new Set(nodes) };
  const listed = await kube.list({ resource: RESOURCES.nodes }, { labelSelector: labels.join(',') }, signal);
  if (!listed.ok) return listed;
  return { ok: true, names: new Set([...nodes, ...listed.value.items.map(({ metadata }) => metadata.name ?? '')]) };
}
