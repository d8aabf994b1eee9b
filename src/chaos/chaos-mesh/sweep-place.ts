import type { KubeClient, KubeObject } from '../../clients/kubernetes/client.ts';
import { NoCluster } from '../../clients/kubernetes/kubeconfig.ts';
import { openKubeClient } from '../../clients/kubernetes/open.ts';
import { isStatus } from '../../clients/kubernetes/trouble.ts';
import type { FoundFault, InspectedExperiment } from '../contract.ts';
import { chaosResource, EXPERIMENT_LABEL, MADE_KINDS, RUN_LABEL } from './api.ts';
import { type ChaosMeshConfig, manifestOf } from './config.ts';
import { CHAOS_MESH_API, isFields, type Manifest, targetNamespacesOf } from './manifest.ts';
import { type Owners, type Ownership, openOwners } from './owners.ts';
import type { OpenProof } from './proof/contract.ts';
import { readStatus } from './records.ts';
import { titleOf } from './remove.ts';
import { type Leftover, removeLeftover } from './sweep.ts';

/** One cluster to look at, and the namespaces to look in where looking everywhere is not allowed. */
interface Place {
  kubeconfig: string | undefined;
  context: string | undefined;
  namespaces: string[];
}

/** Removes what runs that are gone left in the clusters of these experiments; without any, in the one that the surroundings lead to. */
export async function sweepPlaces(
  experiments: readonly InspectedExperiment<ChaosMeshConfig>[],
  signal: AbortSignal,
  openProof: OpenProof,
): Promise<FoundFault[]> {
  const found: FoundFault[] = [];
  for (const place of placesOf(experiments)) {
    try {
      found.push(...(await sweepOnePlace(place, experiments.length === 0, signal, openProof)));
    } catch (error) {
      if (error instanceof NoCluster && experiments.length === 0) continue;
      const text = `whether a fault was left behind in ${nameOf(place)} could not be seen: ${(error as Error).message}`;
      found.push({ run: '?', experiment: '?', state: 'unseen', text });
    }
  }
  return found;
}

/** `all`: somebody asks for everything that was left, not only for what is in a run's way. */
async function sweepOnePlace(
  place: Place,
  all: boolean,
  signal: AbortSignal,
  openProof: OpenProof,
): Promise<FoundFault[]> {
  const kube = await openKubeClient(place);
  try {
    const swept = await sweepCluster(kube, place.namespaces, signal, openProof);
    return all ? [...swept, ...(await notAllowedToLook(kube, signal))] : swept.map(leftToItsOwner);
  } finally {
    kube.close();
  }
}

function nameOf({ kubeconfig, context }: Place): string {
  const where = kubeconfig === undefined ? 'the cluster' : `the cluster of ${kubeconfig}`;
  return context === undefined ? where : `${where}, context ${context}`;
}

function placesOf(experiments: readonly InspectedExperiment<ChaosMeshConfig>[]): Place[] {
  if (experiments.length === 0) return [{ kubeconfig: undefined, context: undefined, namespaces: [] }];
  const places = new Map<string, Place>();
  for (const { config, limits } of experiments) {
    const { kubeconfig, context, namespace } = config;
    const key = JSON.stringify([kubeconfig, context]);
    const place = places.get(key) ?? { kubeconfig, context, namespaces: [] };
    const manifest = manifestOf(config);
    const own = manifest?.metadata.namespace ?? namespace;
    const targets = manifest ? targetNamespacesOf(manifest, own ?? 'default') : [];
    place.namespaces = [
      ...new Set([...place.namespaces, ...(limits.namespaces ?? []), ...targets, ...(own ? [own] : [])]),
    ];
    places.set(key, place);
  }
  return [...places.values()];
}

async function sweepCluster(
  kube: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
  openProof: OpenProof,
): Promise<FoundFault[]> {
  const leftovers = (await objectsOfRuns(kube, [...namespaces, kube.namespace], signal)).map(leftoverIn(kube));
  const owners = openOwners(kube, signal);
  // All at the same time: whether a run is dead takes long to see, and there may be several.
  const owned = leftovers.map(async (leftover) => ({ leftover, owner: await ownerOf(leftover, owners) }));
  const found: FoundFault[] = [];
  for (const { leftover, owner } of await Promise.all(owned))
    found.push(await sweepOne(leftover, owner, signal, openProof));
  return found;
}

function leftoverIn(kube: KubeClient) {
  return (object: KubeObject): Leftover => {
    const { annotations, labels } = object.metadata;
    return { kube, object, run: annotations?.[RUN_LABEL] ?? labels?.[RUN_LABEL] ?? '?' };
  };
}

/** An error where the sweep was stopped before that was seen. */
function ownerOf({ object, run }: Leftover, owners: Owners): Promise<Ownership | Error> {
  return owners.of(run, [...actsIn(object), object.metadata.namespace ?? '']).catch((error: Error) => error);
}

/** Whoever asks for all that was left must know where that is not known. */
async function notAllowedToLook(kube: KubeClient, signal: AbortSignal): Promise<FoundFault[]> {
  const refused: string[] = [];
  for (const kind of MADE_KINDS) {
    const list = await kube.list({ resource: chaosResource(kind) }, { labelSelector: RUN_LABEL }, signal);
    if (isStatus(list, 403)) refused.push(chaosResource(kind).plural);
  }
  if (refused.length === 0) return [];
  const text = `may list ${refused.join(', ')} in the namespace ${kube.namespace} at most: what was left elsewhere is not known`;
  return [{ run: '?', experiment: '?', state: 'unseen', text }];
}

/** All that bears our label, everywhere; in these namespaces only where more is not allowed. */
async function objectsOfRuns(
  kube: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  for (const kind of MADE_KINDS) {
    const resource = chaosResource(kind);
    const everywhere = await kube.list({ resource }, { labelSelector: RUN_LABEL }, signal);
    const lists = isStatus(everywhere, 403)
      ? await Promise.all(
          [...new Set(namespaces)].map((namespace) =>
            kube.list({ resource, namespace }, { labelSelector: RUN_LABEL }, signal),
          ),
        )
      : [everywhere];
    for (const list of lists) {
      if (list.ok) found.push(...list.value.items.map((item) => ({ ...item, kind })));
      else if (!isStatus(list, 403, 404)) throw new Error(`what earlier runs left cannot be listed: ${list.message}`);
    }
  }
  return found;
}

async function sweepOne(
  leftover: Leftover,
  owner: Ownership | Error,
  signal: AbortSignal,
  openProof: OpenProof,
): Promise<FoundFault> {
  const { object, run } = leftover;
  const { annotations, labels, namespace = '', name = '' } = object.metadata;
  const experiment = annotations?.[EXPERIMENT_LABEL] ?? labels?.[EXPERIMENT_LABEL] ?? '?';
  const title = titleOf({ resource: chaosResource(object.kind!), namespace, name });
  if (owner === 'alive') return { run, experiment, state: 'owned', text: `${title} belongs to a run that is alive` };
  if (owner instanceof Error) return { run, experiment, state: 'still-there', text: `${title}: ${owner.message}` };
  if (owner !== 'gone')
    return { run, experiment, state: 'unseen', text: `${title}: whether its run ${run} is alive: ${owner.unseen}` };
  try {
    return { run, experiment, state: 'removed', text: await removeLeftover(leftover, openProof, signal) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { run, experiment, state: 'still-there', text: `${title}: ${reason}` };
  }
}

/** Somebody who is about to run need not know: what is in the way is found when the run is prepared. */
function leftToItsOwner(found: FoundFault): FoundFault {
  return found.state === 'unseen' ? { ...found, state: 'owned' } : found;
}

function actsIn(object: KubeObject): string[] {
  const { namespace = '', name = '' } = object.metadata;
  const spec = isFields(object.spec) ? object.spec : {};
  const manifest: Manifest = { apiVersion: CHAOS_MESH_API, kind: object.kind!, metadata: { name, namespace }, spec };
  return [...targetNamespacesOf(manifest, namespace), ...readStatus(object).records.map((record) => record.namespace)];
}
