import { type KubeClient, type KubeResult, RESOURCES } from '../../../clients/kubernetes/client.ts';
import { fields, items, text, wholeNumber } from './fields.ts';

/** What a Deployment, StatefulSet or DaemonSet wants. */
export interface Workload {
  selector: string;
  wanted: number;
}

const KINDS: Record<string, 'deployments' | 'statefulSets' | 'daemonSets'> = {
  deployment: 'deployments',
  statefulset: 'statefulSets',
  daemonset: 'daemonSets',
};

/** Reads `KIND/NAME`; `undefined` where there is none. By a list of one, for which the permission to list is enough. */
export async function readWorkload(
  kube: KubeClient,
  namespace: string,
  workload: string,
  signal: AbortSignal,
): Promise<KubeResult<Workload | undefined>> {
  const [kind = '', name = ''] = workload.split('/');
  const resource = RESOURCES[KINDS[kind] ?? 'deployments'];
  const listed = await kube.list({ resource, namespace }, { fieldSelector: `metadata.name=${name}` }, signal);
  if (!listed.ok) return listed;
  const found = listed.value.items.find(({ metadata }) => metadata.name === name);
  if (!found) return { ok: true, value: undefined };
  const spec = fields(found.spec);
  const wanted = kind === 'daemonset' ? fields(found.status)['desiredNumberScheduled'] : (spec['replicas'] ?? 1);
  return { ok: true, value: { selector: selectorText(spec['selector']), wanted: wholeNumber(wanted) ?? 0 } };
}

/** A selector of the API as the text that lists take. */
export function selectorText(selector: unknown): string {
  const { matchLabels, matchExpressions } = fields(selector);
  const equal = Object.entries(fields(matchLabels)).map(([name, value]) => `${name}=${String(value)}`);
  const expressions = items(matchExpressions).map(({ key, operator, values }) => {
    const list = Array.isArray(values) ? values.map(String).join(',') : '';
    if (operator === 'Exists') return text(key) ?? '';
    if (operator === 'DoesNotExist') return `!${text(key) ?? ''}`;
    return `${text(key) ?? ''} ${operator === 'NotIn' ? 'notin' : 'in'} (${list})`;
  });
  return [...equal, ...expressions].join(',');
}
