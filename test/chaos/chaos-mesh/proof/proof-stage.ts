import { setTimeout as sleep } from 'node:timers/promises';
import { faultsOf, type Manifest } from '../../../../src/chaos/chaos-mesh/manifest.ts';
import { readPod } from '../../../../src/chaos/chaos-mesh/pod.ts';
import type { Aftermath, Candidate, MechanismProof } from '../../../../src/chaos/chaos-mesh/proof/contract.ts';
import { openProof } from '../../../../src/chaos/chaos-mesh/proof/proof.ts';
import type { KubeObject } from '../../../../src/clients/kubernetes/client.ts';
import { openKubeClient } from '../../../../src/clients/kubernetes/open.ts';
import { type KubePeer, startKubePeer } from '../../../loopback/kube-peer.ts';
import { httpServer } from '../../../loopback/servers.ts';
import { type ExportedPod, metricsOf, quietPod } from './daemon-text.ts';

export const NAMESPACE = 'ns';
export const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
export const POD_NETWORKS = `/apis/chaos-mesh.org/v1alpha1/namespaces/${NAMESPACE}/podnetworkchaos`;
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/chaos-mesh/endpointslices';

/** A cluster on loopback with one node: an API server and a chaos-daemon that tell what a test wants them to. */
export interface ProofStage extends AsyncDisposable {
  peer: KubePeer;
  daemon: { pods: ExportedPod[]; down: boolean; delayMs: number };
  pod(name: string, over?: { labels?: Record<string, string>; container?: object; status?: object }): KubeObject;
  open(kind: string, spec: Record<string, unknown>, candidates: Candidate[], name?: string): Promise<MechanismProof>;
}

export async function openProofStage(): Promise<ProofStage> {
  const peer = await startKubePeer();
  const daemon: ProofStage['daemon'] = { pods: [], down: false, delayMs: 0 };
  const server = await httpServer(async (_, response) => {
    await sleep(daemon.delayMs);
    if (daemon.down) response.destroy();
    else response.end(metricsOf(...daemon.pods));
  });
  const kube = await openKubeClient({ kubeconfig: peer.kubeconfig });
  peer.put(SLICES, {
    metadata: { name: 'chaos-daemon-abc' },
    ports: [{ name: 'http', port: server.port }],
    endpoints: [{ addresses: ['127.0.0.1'], nodeName: 'node-1', conditions: { ready: true } }],
  });
  const proofs: MechanismProof[] = [];
  return {
    peer,
    daemon,
    pod(name, { labels = {}, container = {}, status = {} } = {}) {
      daemon.pods.push(quietPod(name));
      return peer.put(PODS, podObject(name, labels, container, status));
    },
    async open(kind, spec, candidates, name = 'the-fault') {
      const manifest: Manifest = {
        apiVersion: 'chaos-mesh.org/v1alpha1',
        kind,
        metadata: { name, namespace: NAMESPACE },
        spec,
      };
      const proof = await openProof({
        fault: faultsOf(manifest)[0]!,
        object: { namespace: NAMESPACE, name },
        candidates,
        kube,
        wallClock: Date.now,
        sleep: (ms, signal) => sleep(Math.min(ms, 20), undefined, { signal }),
      });
      proofs.push(proof);
      return proof;
    },
    async [Symbol.asyncDispose]() {
      for (const proof of proofs) proof.close();
      kube.close();
      await Promise.all([server.close(), peer.close()]);
    },
  };
}

function podObject(name: string, labels: Record<string, string>, container: object, status: object): KubeObject {
  return {
    metadata: { name, labels, namespace: NAMESPACE },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'app:1', ...container }] },
    status: {
      phase: 'Running',
      podIP: '127.0.0.1',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        {
          name: 'main',
          image: 'app:1',
          containerID: `containerd://${name}-0`,
          restartCount: 0,
          ready: true,
          state: { running: {} },
        },
      ],
      ...status,
    },
  };
}

export function candidate(object: KubeObject, key: Candidate['key'] = '.'): Candidate {
  return { key, pod: readPod(object) };
}

/** How Chaos Mesh's object for a pod looks once the daemon did what the fault asks for. */
export function carrying(name: string, key: string, over: { failed?: string; generation?: number } = {}): KubeObject {
  return {
    metadata: { name, namespace: NAMESPACE, generation: over.generation ?? 1 },
    spec: { [key]: [{ source: `${NAMESPACE}/the-fault` }] },
    status: { observedGeneration: 1, ...(over.failed ? { failedMessage: over.failed } : {}) },
  };
}

export function soon(): AbortSignal {
  return AbortSignal.timeout(20_000);
}

export function textOf(aftermath: Aftermath): string {
  return aftermath.state === 'stays' ? aftermath.text : aftermath.evidence.map(({ text }) => text).join('; ');
}
