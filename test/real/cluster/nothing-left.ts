import { expect } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { inPodNetwork } from '../../../lab/cluster/pod-network.ts';
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
export async function expectNoRule(cluster: Cluster, { namespace }: CutStage): Promise<void> {
  const rules = await inPodNetwork(cluster, namespace, 'web', 'iptables-save; tc qdisc');
  expect(rules).not.toMatch(/^-A CHAOS-|netem/m);
}
