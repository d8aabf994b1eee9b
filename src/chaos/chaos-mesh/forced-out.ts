import { type KubeClient, type KubeObject, RESOURCES } from '../../clients/kubernetes/client.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import { readStatus, type TargetRecord } from './records.ts';

/** What these leave behind is looked for in the pods, in their networks, or in what Chaos Mesh carries for each of them. */
const LOOKED_FOR = new Set(['PodChaos', 'NetworkChaos', 'IOChaos', 'HTTPChaos']);

/**
 * Of the other kinds only the records tell whether they are gone. Rejects where those still had the fault in a target when the object was
 * forced out, as long as that target lives.
 */
export async function requireTakenBack(
  kube: KubeClient,
  object: KubeObject,
  kind: string,
  signal: AbortSignal,
): Promise<void> {
  if (LOOKED_FOR.has(kind)) return;
  const { records } = readStatus(object);
  for (const record of records.filter(({ phase }) => phase.startsWith('Injected')))
    if (await mayHaveIt(kube, record, object, signal)) throw new Error(remainsText(kind, record));
}

/** A pod that came after the fault was never struck by it. */
async function mayHaveIt(
  kube: KubeClient,
  { namespace, pod }: TargetRecord,
  { metadata: { creationTimestamp = '' } }: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  if (pod === '') return true;
  const got = await kube.get({ resource: RESOURCES.pods, namespace, name: pod }, signal);
  if (!got.ok) return !isStatus(got, 404);
  return !(Date.parse(got.value.metadata.creationTimestamp ?? '') > Date.parse(creationTimestamp));
}

function remainsText(kind: string, { id, namespace, pod }: TargetRecord): string {
  const remedy = pod === '' ? '' : `; be rid of it by: kubectl delete pod -n ${namespace} ${pod}`;
  return `${kind} was forced out while Chaos Mesh still had it in ${id}, and nothing shows whether it is gone${remedy}`;
}
