import type { Manifest } from '../../../../src/chaos/chaos-mesh/manifest.ts';
import type { CheckContext, Preflight } from '../../../../src/chaos/chaos-mesh/preflight/contract.ts';
import { preflight } from '../../../../src/chaos/chaos-mesh/preflight/preflight.ts';
import type { KubeClient, KubeObject } from '../../../../src/clients/kubernetes/client.ts';
import { openKubeClient } from '../../../../src/clients/kubernetes/open.ts';
import { type KubePeer, type Misbehaviour, type PeerRequest, startKubePeer } from '../../../loopback/kube-peer.ts';
import { httpServer, type LoopbackServer } from '../../../loopback/servers.ts';
import { metricsOf } from '../proof/daemon-text.ts';

export const NAMESPACE = 'shop';
export const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
const BUDGETS = `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets`;
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/chaos-mesh/endpointslices';
const CONTROLLERS = '/apis/apps/v1/namespaces/chaos-mesh/deployments';
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const DIGEST = 'sha256:abc';

/** A cluster on loopback in which everything is as it should be, until a test spoils one thing. */
export interface PreflightStage extends AsyncDisposable {
  peer: KubePeer;
  kube: KubeClient;
  daemon: LoopbackServer;
  check(manifest: Manifest, context?: Partial<CheckContext>, limits?: Limits): Promise<Preflight>;
  /** One answer more that is not the ordinary one. */
  answer(when: (request: PeerRequest) => boolean, misbehaviour: Misbehaviour): void;
  /** Replaces the fields of an object that is there. */
  change(path: string, fields: Record<string, unknown>): void;
}

interface Limits {
  maxTargets: number;
  namespaces: string[];
}

export const PLACES = {
  web: `${PODS}/web-1`,
  namespace: `/api/v1/namespaces/${NAMESPACE}`,
  deployment: `${DEPLOYMENTS}/web`,
  budget: `${BUDGETS}/web`,
  daemons: `${SLICES}/chaos-daemon-abc`,
  controllers: `${SLICES}/chaos-mesh-controller-manager-abc`,
  controller: `${CONTROLLERS}/chaos-controller-manager`,
  webhooks: `${WEBHOOKS}/chaos-mesh-validation`,
};

export async function openPreflightStage(): Promise<PreflightStage> {
  const peer = await startKubePeer();
  const daemon = await httpServer((_, response) => void response.end(metricsOf()));
  const kube = await openKubeClient({ kubeconfig: peer.kubeconfig, callMs: 400 });
  furnish(peer, daemon.port);
  const answers: { when: (request: PeerRequest) => boolean; misbehaviour: Misbehaviour }[] = [];
  peer.misbehave = (request) => answers.find(({ when }) => when(request))?.misbehaviour;
  return {
    peer,
    kube,
    daemon,
    check: (manifest, context = {}, limits = { maxTargets: 3, namespaces: [NAMESPACE] }) =>
      preflight(
        { experiment: 'breaks', digest: DIGEST, limits, manifest, namespace: NAMESPACE, observed: false },
        { kube, wallClock: Date.now, ...context },
        AbortSignal.timeout(20_000),
      ),
    answer: (when, misbehaviour) => void answers.push({ when, misbehaviour }),
    change: (path, fields) => peer.change(path, (object) => void Object.assign(object, fields)),
    async [Symbol.asyncDispose]() {
      kube.close();
      await Promise.all([peer.close(), daemon.close()]);
    },
  };
}

function furnish(peer: KubePeer, daemonPort: number): void {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const annotations = { 'steadfast/approved': DIGEST, 'steadfast/approved-until': until };
  peer.put('/api/v1/namespaces', { metadata: { name: NAMESPACE, annotations } });
  for (const name of ['web-1', 'web-2']) peer.put(PODS, podOf(name));
  const selector = { matchLabels: { app: 'web' } };
  peer.put(DEPLOYMENTS, {
    metadata: { name: 'web', generation: 3 },
    spec: { replicas: 2, selector },
    status: { observedGeneration: 3, updatedReplicas: 2, readyReplicas: 2 },
  });
  peer.put(SLICES, sliceOf('chaos-daemon-abc', 'http', daemonPort));
  peer.put(SLICES, sliceOf('chaos-mesh-controller-manager-abc', 'webhook', 1));
  peer.put(CONTROLLERS, {
    metadata: { name: 'chaos-controller-manager', labels: { 'app.kubernetes.io/component': 'controller-manager' } },
    spec: { template: { spec: { containers: [{ image: 'ghcr.io/chaos-mesh/chaos-mesh:v2.8.3' }] } } },
  });
}

function podOf(name: string): KubeObject {
  return {
    metadata: { name, labels: { app: 'web' } },
    spec: {
      nodeName: 'node-1',
      containers: [{ name: 'main', image: 'web:1', volumeMounts: [{ mountPath: '/data' }] }],
    },
    status: { phase: 'Running', podIP: '127.0.0.1' },
  };
}

function sliceOf(name: string, portName: string, port: number): KubeObject {
  return {
    metadata: { name },
    ports: [{ name: portName, port }],
    endpoints: [{ addresses: ['127.0.0.1'], nodeName: 'node-1', conditions: { ready: true } }],
  };
}

export function chaos(kind: string, spec: Record<string, unknown>): Manifest {
  return {
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind,
    metadata: { name: 'breaks', namespace: NAMESPACE },
    spec: { mode: 'all', selector: { labelSelectors: { app: 'web' } }, ...spec },
  };
}

export const podKill = chaos('PodChaos', { action: 'pod-kill' });
export const bandwidth = chaos('NetworkChaos', { action: 'bandwidth', bandwidth: { rate: '1mbit' } });
