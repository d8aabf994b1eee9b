import { type KubeClient, RESOURCES } from '../../../clients/kubernetes/client.ts';
import type { Inspection } from '../../contract.ts';
import { isFields } from '../manifest.ts';
import { containersIn, listController } from './controller.ts';
import { problem } from './found.ts';
import type { Subject } from './subject.ts';

/** Set by `controllerManager.enableFilterNamespace` of the Helm chart. */
const SETTING = 'ENABLE_FILTER_NAMESPACE';
const ANNOTATION = 'chaos-mesh.org/inject';

/** A controller may pass over every namespace that does not ask for faults; it then finds no target and says nothing about it. */
export async function checkNamespaceFilter(
  { kube, namespaces }: Pick<Subject, 'kube' | 'namespaces'>,
  signal: AbortSignal,
): Promise<Inspection[]> {
  if (!(await filtersNamespaces(kube, signal))) return [];
  const looks = namespaces.map(async (name) => {
    const found = await kube.get({ resource: RESOURCES.namespaces, name }, signal);
    if (!found.ok || found.value.metadata.annotations?.[ANNOTATION] === 'enabled') return [];
    return [
      problem(
        `the controller of Chaos Mesh passes over namespace ${name}: it heeds only those with the annotation ${ANNOTATION}: enabled`,
        `kubectl annotate namespace ${name} ${ANNOTATION}=enabled`,
      ),
    ];
  });
  return (await Promise.all(looks)).flat();
}

async function filtersNamespaces(kube: KubeClient, signal: AbortSignal): Promise<boolean> {
  const objects = await listController(kube, [RESOURCES.deployments, RESOURCES.pods], signal);
  const settings = objects
    .flatMap(({ spec }) => containersIn(spec))
    .flatMap(({ env }) => (Array.isArray(env) ? env.filter(isFields) : []));
  return settings.some(({ name, value }) => name === SETTING && value === 'true');
}
