import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ClusterAccess } from '../../../lab/cluster/workloads/access.ts';
import { kubectlOn } from '../../../lab/cluster/workloads/access.ts';
import { sidecarService, twinContainer } from './sidecar.ts';

export interface TwinSetting {
  namespace: string;
  /** The plan that it serves; its manifest lies beside it. */
  plan: string;
  /** Parameters of the plan: the same as the run's, or it is another plan. */
  env: Record<string, string>;
  nodeSelector: Record<string, string>;
}

const LABELS = { app: 'gateway-plugins', 'steadfast.dev/vantage': 'gateway' };

/** A pod that is struck as the gateway is, and no part of its service: it measures from the gateway's place. Replaces an earlier one. */
export async function standTwin(cluster: ClusterAccess, setting: TwinSetting): Promise<void> {
  const { namespace, plan } = setting;
  const files = [plan, plan.replace(/\.yaml$/, '.chaos.yaml')];
  const texts = await Promise.all(files.map(async (file) => [basename(file), await readFile(file, 'utf8')] as const));
  await cluster.kubectl('delete', 'pod', 'gateway-twin', '-n', namespace, '--ignore-not-found', '--wait');
  const metadata = { namespace, name: 'gateway-twin' };
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: Object.fromEntries(texts) };
  await kubectlOn(cluster, [config, sidecarService(namespace, LABELS), podOf(setting)], 'apply', '--server-side');
  await cluster.kubectl('wait', '-n', namespace, 'pod/gateway-twin', '--for=condition=Ready', '--timeout=60s');
}

function podOf({ namespace, env, nodeSelector }: TwinSetting) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: 'gateway-twin', labels: LABELS },
    spec: {
      containers: [twinContainer({ env })],
      volumes: [{ name: 'plans', configMap: { name: 'gateway-twin' } }],
      nodeSelector,
      terminationGracePeriodSeconds: 5,
    },
  };
}
