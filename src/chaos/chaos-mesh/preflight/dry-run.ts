import { oneLine } from '../../../clients/http-trouble.ts';
import type { KubeTrouble } from '../../../clients/kubernetes/client.ts';
import type { Inspection } from '../../contract.ts';
import { chaosResource } from '../api.ts';
import { pluralOf } from '../manifest.ts';
import { fine, problem } from './found.ts';
import { nameOf, type Subject } from './subject.ts';

const TEXT_LIMIT_CHARS = 400;

/** Sends the object through the real webhooks and keeps nothing. */
export async function checkDryRun(
  { kube, manifest, namespace, observed }: Subject,
  signal: AbortSignal,
): Promise<Inspection[]> {
  if (observed) return [];
  const resource = chaosResource(manifest.kind);
  const object = { ...manifest, metadata: { ...manifest.metadata, namespace } };
  const made = await kube.create({ resource, namespace }, object, { dryRun: true, strict: true }, signal);
  if (made.ok || made.reason === 'AlreadyExists') return [fine(`${nameOf(manifest)} passes the cluster's own checks`)];
  const [text, command] = explain(made, pluralOf(manifest.kind), namespace);
  return [problem(text, command)];
}

function explain(trouble: KubeTrouble, plural: string, namespace: string): [string, string] {
  const said = oneLine(trouble.message, TEXT_LIMIT_CHARS);
  if (trouble.code !== 'status')
    return [`whether the cluster would take it cannot be asked: ${said}`, 'kubectl version'];
  if (trouble.status === 404 && !/namespaces/.test(said))
    return [
      `this cluster knows no ${plural}: Chaos Mesh is not installed, or too old`,
      'kubectl get crd | grep chaos-mesh.org',
    ];
  if (/failed calling webhook|failed to call webhook/.test(said))
    return [
      `a webhook of Chaos Mesh does not answer: ${said}`,
      'kubectl get pods -n chaos-mesh -l app.kubernetes.io/component=controller-manager',
    ];
  if (isAboutUs(trouble.status, said))
    return [`not allowed to make it: ${said}`, `kubectl auth can-i create ${plural}.chaos-mesh.org -n ${namespace}`];
  return [`the cluster refuses it: ${said}`, `kubectl explain ${plural}.spec --api-version=chaos-mesh.org/v1alpha1`];
}

/** A webhook's refusal of the object bears the same status as one of the caller, but for the webhook that asks who calls. */
function isAboutUs(status: number | undefined, said: string): boolean {
  return status === 403 && (!said.includes('admission webhook') || said.includes('"vauth'));
}
