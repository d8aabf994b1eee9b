import type { Cluster } from '../../../lab/cluster/access.ts';
import { eventually, openScene, type Scene } from './scene.ts';

/** A scene with a server, `web`, and a client that asks it five times a second: two that can be cut off from each other. */
export type CutStage = Scene;

export const FAULT_MS = 8_000;
const NODE_1 = { 'kubernetes.io/hostname': 'lab-node-1' };

export async function openCutStage(cluster: Cluster): Promise<CutStage> {
  const stage = await openScene(cluster);
  await stage.create(pod('web', 'echo here > /tmp/index.html; exec httpd -f -p 8080 -h /tmp'));
  const { status } = await eventually(
    () => stage.read<{ status: { podIP?: string } }>('pod', 'web'),
    ({ status: { podIP } }) => podIP !== undefined,
  );
  const ask = `timeout 1 wget -qO- http://${status.podIP}:8080 >/dev/null`;
  await stage.create(pod('client', `while true; do ${ask}; sleep 0.2; done`));
  await stage.kubectl('wait', 'pod', '--all', '--for=condition=Ready', '--timeout=120s');
  return stage;
}

export function planOf({ namespace }: CutStage, name: string, manifest: object, faultMs = FAULT_MS, steady = '1s') {
  const kind = (manifest as { spec: { action: string } }).spec.action;
  const lasts = kind === 'pod-kill' ? {} : { duration: `${faultMs}ms` };
  return {
    apiVersion: 'steadfast/v1',
    kind: 'Plan',
    metadata: { name },
    spec: {
      seed: 1,
      phases: { steady, recovery: '2s' },
      limits: { maxFault: '90s', maxTargets: 4, namespaces: [namespace] },
      probes: [{ name: 'api', type: 'tcp', interval: '500ms', timeout: '400ms', config: { address: '10.96.0.1:443' } }],
      experiments: [{ name: 'breaks', driver: 'chaos-mesh', ...lasts, config: { manifest } }],
      objectives: [{ name: 'answers', phase: 'recovery', indicator: { ratio: 'api' }, atLeast: '1%' }],
    },
  };
}

/** Cuts the server off from its client. The object may lie in another namespace. */
export function partition(stage: CutStage, namespace = stage.namespace) {
  const target = { mode: 'all', selector: choosingIn(stage, 'client') };
  const spec = { action: 'partition', mode: 'all', selector: choosingIn(stage, 'web'), direction: 'both', target };
  return chaos('NetworkChaos', namespace, spec);
}

export const choosingIn = ({ namespace }: CutStage, app: string) => ({
  namespaces: [namespace],
  labelSelectors: { app },
});

export function chaos(kind: string, namespace: string, spec: object) {
  return { apiVersion: 'chaos-mesh.org/v1alpha1', kind, metadata: { name: 'breaks', namespace }, spec };
}

export function podSpec(script: string) {
  const image = 'steadfast.test/busybox:1';
  const containers = [{ name: 'main', image, command: ['sh', '-c', script] }];
  return { terminationGracePeriodSeconds: 0, nodeSelector: NODE_1, containers };
}

function pod(name: string, script: string) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name } }, spec: podSpec(script) };
}
