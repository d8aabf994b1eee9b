import { type KubeClient, type KubeObject, RESOURCES } from '../../../clients/kubernetes/client.ts';
import type { Inspection } from '../../contract.ts';
import { CONTROLLER_LABEL, containersIn, listController } from './controller.ts';
import { fine, problem, warning } from './found.ts';
import { CHAOS_MESH_NAMESPACE } from './needs.ts';

/** Before it, a fault without any target reported itself as injected and as recovered. */
const OLDEST = [2, 6, 3] as const;

/** Which Chaos Mesh runs there: by the label of its controller or the tag of its image. */
export async function checkVersion(kube: KubeClient, signal: AbortSignal): Promise<Inspection[]> {
  const objects = await listController(kube, [RESOURCES.deployments, RESOURCES.pods, RESOURCES.services], signal);
  const version = objects
    .flatMap(versionsOf)
    .map(parse)
    .find((one) => one !== undefined);
  const command = `kubectl get deployments,pods -n ${CHAOS_MESH_NAMESPACE} -l ${CONTROLLER_LABEL} -o wide`;
  if (!version) return [warning('the version of Chaos Mesh cannot be told; 2.6.3 or later is needed', command)];
  const text = `Chaos Mesh ${version.join('.')}`;
  if (!isOlder(version, OLDEST)) return [fine(text)];
  const why = 'before 2.6.3 a fault that found no target called itself injected and recovered';
  return [
    problem(`${text} is too old: ${why}`, 'helm upgrade chaos-mesh chaos-mesh/chaos-mesh -n chaos-mesh --reuse-values'),
  ];
}

function versionsOf({ metadata, spec }: KubeObject): string[] {
  const images = containersIn(spec).flatMap(({ image }) =>
    typeof image === 'string' ? [image.split(':').at(-1)!] : [],
  );
  return [...images, metadata.labels?.['app.kubernetes.io/version'] ?? ''];
}

function parse(text: string): [number, number, number] | undefined {
  const match = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const differing = version.findIndex((part, index) => part !== than[index]);
  return differing !== -1 && version[differing]! < than[differing]!;
}
