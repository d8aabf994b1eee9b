import type { Cluster } from '../../../lab/cluster/access.ts';
import { deployWorkloads } from '../../../lab/cluster/workloads/deploy.ts';
import type { KubeObject } from '../../../lab/cluster/workloads/objects.ts';
import { stageKvSync } from './kv-stage.ts';
import { kvParameters, lengths, seldom, workerParameters } from './lab-parameters.ts';

/** Where the pods of an experiment stand: engines with their gateway, or workers, on the first node or on the one whose kernel has netem. */
export type Ground = 'kv' | 'kv-netem' | 'worker' | 'worker-netem';

export interface Footing {
  /** Parameters of the plans. */
  env: Record<string, string>;
  /** Where further pods are to run. */
  nodeSelector: Record<string, string>;
}

export const KV_NAMESPACES = { kv: 'kv-experiments', 'kv-netem': 'kv-experiments-netem' };
const WORKER = 'bytebot-temporal-worker';
const NETEM = { 'steadfast.dev/netem': 'true' };

/** Does the work once the pods are there. */
export async function standing(
  cluster: Cluster,
  ground: Ground,
  work: (footing: Footing) => Promise<void>,
): Promise<void> {
  switch (ground) {
    case 'kv':
      await stageKvSync(cluster, { namespace: KV_NAMESPACES.kv });
      return work({ env: { ...lengths, ...kvParameters(KV_NAMESPACES.kv) }, nodeSelector: {} });
    case 'kv-netem':
      await stageKvSync(cluster, { namespace: KV_NAMESPACES['kv-netem'], netem: true });
      return work({ env: { ...lengths, ...seldom, ...kvParameters(KV_NAMESPACES['kv-netem']) }, nodeSelector: NETEM });
    case 'worker':
      return work({ env: { ...lengths, ...workerParameters }, nodeSelector: {} });
    case 'worker-netem':
      return onNetemNode(cluster, work);
  }
}

async function onNetemNode(cluster: Cluster, work: (footing: Footing) => Promise<void>): Promise<void> {
  await deployWorkloads(cluster, { only: ['worker'], nodeSelector: { worker: NETEM }, change: oneWorker });
  try {
    await work({ env: { ...lengths, ...seldom, ...workerParameters }, nodeSelector: NETEM });
  } finally {
    await deployWorkloads(cluster, { only: ['worker'] });
  }
}

function oneWorker(object: KubeObject): KubeObject {
  return object.kind === 'Deployment' && object.metadata.name === WORKER
    ? { ...object, spec: { ...(object['spec'] as object), replicas: 1 } }
    : object;
}
