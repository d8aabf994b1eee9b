import { expect } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { inPodNetwork } from '../../../lab/cluster/pod-network.ts';
import { openDaemonEyes } from '../../../src/chaos/chaos-mesh/proof/daemon/look.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import type { CutStage } from './cut-stage.ts';
import { eventually, type Scene } from './scene.ts';

export async function expectNoFault({ kubectl }: Scene): Promise<void> {
  await eventually(
    () => kubectl('get', 'podchaos,networkchaos', '--output=name'),
    (names) => names.trim() === '',
    30_000,
  );
}

/** No rule that leads anywhere in the server's network: chains that nothing jumps to stay after every partition. */
export async function expectNoRule(cluster: Cluster, stage: CutStage): Promise<void> {
  if (cluster.network === undefined) return expectDaemonToSeeNoRule(cluster, stage);
  const rules = await inPodNetwork(cluster, stage.namespace, 'web', 'iptables-save; tc qdisc');
  expect(rules).not.toMatch(/^-A CHAOS-|netem/m);
}

/** Where a node cannot be entered. */
async function expectDaemonToSeeNoRule({ kubeconfig }: Cluster, stage: CutStage): Promise<void> {
  const { spec } = await stage.read<{ spec: { nodeName: string } }>('pod', 'web');
  const kube = await openKubeClient({ kubeconfig });
  const eyes = openDaemonEyes(kube);
  try {
    const { pods, troubles } = await eyes.look([spec.nodeName], 20_000, AbortSignal.timeout(30_000));
    expect(troubles).toEqual([]);
    expect(pods.get(`${stage.namespace}/web`)).toMatchObject({ chaosRules: 0 });
  } finally {
    eyes.close();
    kube.close();
  }
}
