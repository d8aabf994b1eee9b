import type { ClusterAccess } from '../../../lab/cluster/workloads/access.ts';
import { kubectlOn } from '../../../lab/cluster/workloads/access.ts';
import { deployWorkloads } from '../../../lab/cluster/workloads/deploy.ts';
import type { KubeObject } from '../../../lab/cluster/workloads/objects.ts';
import { sidecarContainer, sidecarService } from './sidecar.ts';

export interface KvStage {
  namespace: string;
  /** One engine and the gateway on the node whose kernel has netem, which is a kernel in a process and carries no more. */
  netem?: boolean;
  /** Measures for this plan from the gateway's own pod. The ConfigMap `steadfast-plans` is there already. */
  sidecar?: { env: Record<string, string> };
}

const LAB_NAMESPACE = 'kv-sync-test';
const NETEM = { 'steadfast.dev/netem': 'true' };

/** Engines and a gateway in a namespace of their own. Each engine has a name of its own, `vllm-0.vllm.NAMESPACE`, that outlives its pod. */
export async function stageKvSync(
  cluster: ClusterAccess,
  { namespace, netem = false, sidecar }: KvStage,
): Promise<void> {
  const nodeSelector: Record<string, string> = netem ? NETEM : { 'kubernetes.io/hostname': 'lab-node-1' };
  const change = (object: KubeObject) => withSidecar(named(movedTo(namespace, object), netem ? 1 : undefined), sidecar);
  await deployWorkloads(cluster, {
    only: ['gateway'],
    nodeSelector: { engines: nodeSelector, gateway: nodeSelector },
    change,
  });
  if (sidecar) await kubectlOn(cluster, [sidecarService(namespace)], 'apply', '--server-side');
  await cluster.kubectl('rollout', 'status', 'statefulset/vllm', '-n', namespace, '--timeout=100s');
}

/** So little that a busy CPU in all of them leaves something of the machine to the rest. */
const CPU_LIMIT = '300m';

function movedTo(namespace: string, object: KubeObject): KubeObject {
  return JSON.parse(JSON.stringify(object).replaceAll(LAB_NAMESPACE, namespace)) as KubeObject;
}

function named(object: KubeObject, replicas?: number): KubeObject {
  if (object.kind !== 'Deployment' || object.metadata.name !== 'vllm') return object;
  const limited = JSON.parse(JSON.stringify(object['spec']), (key, value) =>
    key === 'cpu' && value === '1' ? CPU_LIMIT : value,
  );
  const spec = { ...limited, ...(replicas && { replicas }), serviceName: 'vllm', podManagementPolicy: 'Parallel' };
  return { ...object, kind: 'StatefulSet', spec };
}

function withSidecar(object: KubeObject, sidecar: KvStage['sidecar']): KubeObject {
  if (!sidecar || object.kind !== 'Deployment' || object.metadata.name !== 'gateway-plugins') return object;
  const { template, ...spec } = object['spec'] as { template: { metadata: object; spec: PodParts } };
  const pod = {
    ...template.spec,
    containers: [...template.spec.containers, sidecarContainer(sidecar)],
    volumes: [...(template.spec.volumes ?? []), { name: 'plans', configMap: { name: 'steadfast-plans' } }],
  };
  return { ...object, spec: { ...spec, template: { ...template, spec: pod } } };
}

interface PodParts {
  containers: object[];
  volumes?: object[];
}
