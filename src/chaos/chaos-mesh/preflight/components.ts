import type { KubeObject, KubeResource } from '../../../clients/kubernetes/client.ts';
import type { Inspection } from '../../contract.ts';
import { type Fields, isFields } from '../manifest.ts';
import { nodesOf, podsOnNodes } from '../proof/pieces.ts';
import { CONTROLLER_LABEL } from './controller.ts';
import { type DaemonSights, openDaemonSights } from './daemon-sights.ts';
import { fine, problem, warning } from './found.ts';
import { CHAOS_MESH_NAMESPACE } from './needs.ts';
import { hasKind, needsDaemon, type Subject } from './subject.ts';

const ENDPOINT_SLICES: KubeResource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  namespaced: true,
};

/** Where the controller answers. Found by the slices of its Service. */
export interface ControllerEndpoint {
  host: string;
  port: number;
}

/** The controller: without it nothing is injected, and worse, nothing is removed. */
export async function checkController(
  { kube }: Pick<Subject, 'kube'>,
  signal: AbortSignal,
): Promise<{ lines: Inspection[]; endpoints: ControllerEndpoint[] }> {
  const place = { resource: ENDPOINT_SLICES, namespace: CHAOS_MESH_NAMESPACE };
  const command = `kubectl get pods -n ${CHAOS_MESH_NAMESPACE} -l ${CONTROLLER_LABEL}`;
  const found = await kube.list(place, {}, signal);
  if (!found.ok)
    return {
      lines: [warning(`whether the controller of Chaos Mesh runs cannot be seen: ${found.message}`, command)],
      endpoints: [],
    };
  const here = found.value.items.filter(isOfController);
  const slices = here.length > 0 ? here : await slicesElsewhere(kube, signal);
  const endpoints = slices.flatMap((slice) => endpointsOf(slice));
  if (endpoints.length > 0)
    return { lines: [fine(`the controller of Chaos Mesh is ready (${endpoints.length})`)], endpoints };
  const text =
    slices.length === 0
      ? `there is no controller of Chaos Mesh in namespace ${CHAOS_MESH_NAMESPACE}`
      : 'no controller of Chaos Mesh is ready';
  return { lines: [problem(text, command)], endpoints };
}

/** Somebody may have put Chaos Mesh where it is not usually put. */
async function slicesElsewhere(kube: Subject['kube'], signal: AbortSignal): Promise<KubeObject[]> {
  const everywhere = await kube.list({ resource: ENDPOINT_SLICES }, { labelSelector: CONTROLLER_LABEL }, signal);
  return everywhere.ok ? everywhere.value.items.filter(isOfController) : [];
}

function isOfController({ metadata }: KubeObject): boolean {
  return metadata.name?.startsWith('chaos-mesh-controller-manager') === true;
}

function endpointsOf(slice: Fields): ControllerEndpoint[] {
  const port = items(slice['ports']).find(
    ({ name, port: number }) => name === 'webhook' || number === 9443 || number === 10250,
  );
  const ready = items(slice['endpoints']).filter(
    ({ conditions }) => !isFields(conditions) || conditions['ready'] !== false,
  );
  return ready.flatMap(({ addresses }) => {
    const host = Array.isArray(addresses) ? addresses[0] : undefined;
    return typeof host === 'string' ? [{ host, port: typeof port?.['port'] === 'number' ? port['port'] : 9443 }] : [];
  });
}

/** The daemon of each node on which a target runs. */
export async function checkDaemons(subject: Subject, signal: AbortSignal): Promise<Inspection[]> {
  const nodes = nodesOf(subject.pods);
  if (!needsDaemon(subject) || nodes.length === 0) return [];
  if (subject.daemons) return checkDaemonsOf(subject, nodes, subject.daemons, signal);
  const daemons = openDaemonSights(subject.kube);
  try {
    return await checkDaemonsOf(subject, nodes, daemons, signal);
  } finally {
    daemons.close();
  }
}

async function checkDaemonsOf(
  subject: Subject,
  nodes: readonly string[],
  sights: DaemonSights,
  signal: AbortSignal,
): Promise<Inspection[]> {
  const command = `kubectl get pods -n ${CHAOS_MESH_NAMESPACE} -l app.kubernetes.io/component=chaos-daemon -o wide`;
  const found = await sights.find(signal);
  if (!found.ok) return [problem(found.message, command)];
  const absent = nodes.filter((node) => !found.daemons.some((daemon) => daemon.node === node && daemon.ready));
  if (absent.length > 0)
    return absent.map((node) => {
      const pods = podsOnNodes(subject.pods, node);
      return problem(`no chaos-daemon is ready on node ${node}, where ${pods} runs`, command);
    });
  const troubles = await sights.troubles(nodes, signal);
  if (troubles.length > 0) return unseen(subject, troubles, command);
  return [fine(`the chaos-daemon answers on ${nodes.length === 1 ? `node ${nodes[0]}` : `all ${nodes.length} nodes`}`)];
}

/** What a daemon does not show before, nobody will see afterwards either. */
function unseen(subject: Subject, troubles: readonly string[], command: string): Inspection[] {
  const state = hasKind(subject, 'NetworkChaos') ? problem : warning;
  const after = hasKind(subject, 'NetworkChaos') ? ': whether its rules are gone could not be seen afterwards' : '';
  return troubles.map((trouble) => state(`${trouble}${after}`, command));
}

function items(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
