import type { KubeClient, KubeObject, KubeResource } from '../../../clients/kubernetes/client.ts';
import { type Fields, isFields } from '../manifest.ts';
import { CHAOS_MESH_NAMESPACE } from './needs.ts';

export const CONTROLLER_LABEL = 'app.kubernetes.io/component=controller-manager';

/** The objects of these kinds that belong to the controller of Chaos Mesh; none where they may not be seen. */
export async function listController(
  kube: KubeClient,
  resources: readonly KubeResource[],
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const lists = await Promise.all(
    resources.map((resource) =>
      kube.list({ resource, namespace: CHAOS_MESH_NAMESPACE }, { labelSelector: CONTROLLER_LABEL }, signal),
    ),
  );
  return lists.flatMap((list) => (list.ok ? list.value.items : []));
}

/** Of a pod or of what makes pods. */
export function containersIn(spec: unknown): Fields[] {
  const template = isFields(spec) && isFields(spec['template']) ? spec['template']['spec'] : spec;
  const containers = isFields(template) ? template['containers'] : undefined;
  return Array.isArray(containers) ? containers.filter(isFields) : [];
}
