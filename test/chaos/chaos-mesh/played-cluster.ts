import type { KubeObject } from '../../../src/clients/kubernetes/client.ts';
import { type KubePeer, startKubePeer } from '../../loopback/kube-peer.ts';

const GROUP = '/apis/chaos-mesh.org/v1alpha1';

/** How the played Chaos Mesh treats the next faults. */
export interface Play {
  /** Applying fails with this, for ever. */
  applyFails?: string;
  /** Nothing is selected. */
  selectsNothing?: true;
  /** Never applies, and does not say why. */
  idle?: true;
  /** Lets go only when it is forced. */
  sticks?: true;
}

/** A cluster on loopback with two pods `web-0` and `web-1`, and a Chaos Mesh that is played after what was seen of a real one. */
export interface PlayedCluster extends AsyncDisposable {
  peer: KubePeer;
  play: Play;
  pods: string;
  path(kind: string, name?: string): string;
  faults(kind: string): KubeObject[];
}

export async function startPlayedCluster(): Promise<PlayedCluster> {
  const peer = await startKubePeer();
  const pods = '/api/v1/namespaces/ours/pods';
  const cluster: PlayedCluster = {
    peer,
    play: {},
    pods,
    path: (kind, name) => [`${GROUP}/namespaces/ours/${kind}`, ...(name ? [name] : [])].join('/'),
    faults: (kind) => peer.objects(`${GROUP}/namespaces/ours/${kind}`),
    [Symbol.asyncDispose]: () => peer.close(),
  };
  for (const name of ['web-0', 'web-1']) peer.put(pods, webPod(name));
  peer.react = (type, path, object) => {
    if (type !== 'DELETED' && /chaos\/[^/]+$/.test(path)) control(cluster, path, object);
  };
  return cluster;
}

export function webPod(name: string): KubeObject {
  return {
    metadata: {
      name,
      labels: { app: 'web' },
      uid: `uid-${name}-${Math.random()}`,
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web', uid: 'set', controller: true }],
    },
    spec: { nodeName: 'one', containers: [{ name: 'web', image: 'web:1' }] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'web', ready: true, restartCount: 0 }],
    },
  };
}

interface PlayedRecord {
  id: string;
  selectorKey: string;
  phase: string;
  injectedCount: number;
  recoveredCount: number;
  events: object[];
}

/** One step of the controller: the finalizer, the selection, applying or taking back, letting go. */
function control({ peer, play, pods }: PlayedCluster, path: string, seen: KubeObject): unknown {
  const { finalizers = [], deletionTimestamp, annotations } = seen.metadata;
  if (deletionTimestamp === undefined && finalizers.length === 0)
    return peer.change(path, ({ metadata }) => {
      metadata.finalizers = ['chaos-mesh/records'];
    });
  const forced = annotations?.['chaos-mesh.chaos-mesh.org/cleanFinalizer'] === 'forced';
  const records = recordsOf(seen);
  if (deletionTimestamp !== undefined) {
    if (!forced && (play.sticks || records.some(({ phase }) => phase === 'Not Injected/Wait'))) return undefined;
    return peer.change(path, (object) => {
      for (const record of recordsOf(object)) Object.assign(record, { phase: 'Not Injected', recoveredCount: 1 });
      delete object.metadata.finalizers;
    });
  }
  if (play.selectsNothing) return tellOf(peer, seen, 'Failed to select targets: no pod is selected');
  if (play.idle || records.length > 0) return undefined;
  peer.change(path, (object) => {
    object.status = {
      conditions: [{ type: 'AllInjected', status: 'True' }],
      experiment: { desiredPhase: 'Run', containerRecords: selected(peer, pods, seen).map((id) => record(id, play)) },
    };
  });
  if (play.applyFails) tellOf(peer, seen, `Failed to apply chaos: ${play.applyFails}`);
  const action = (seen.spec as { action?: string } | undefined)?.action;
  return action === 'pod-kill' && !play.applyFails ? replacePod(peer, pods, 'web-0') : undefined;
}

function selected(peer: KubePeer, pods: string, { spec }: KubeObject): string[] {
  const ids = peer.objects(pods).map(({ metadata }) => `ours/${metadata.name}`);
  return (spec as { mode?: string } | undefined)?.mode === 'one' ? ids.slice(0, 1) : ids;
}

function record(id: string, { applyFails }: Play): PlayedRecord {
  const timestamp = new Date().toISOString().replace(/\.\d+Z/, 'Z');
  const event = { type: applyFails ? 'Failed' : 'Succeeded', operation: 'Apply', message: applyFails ?? '', timestamp };
  return {
    id,
    selectorKey: '.',
    phase: applyFails ? 'Not Injected/Wait' : 'Injected',
    injectedCount: applyFails ? 0 : 1,
    recoveredCount: 0,
    events: [event],
  };
}

function recordsOf({ status }: KubeObject): PlayedRecord[] {
  const experiment = (status as { experiment?: { containerRecords?: PlayedRecord[] } } | undefined)?.experiment;
  return experiment?.containerRecords ?? [];
}

function replacePod(peer: KubePeer, pods: string, name: string): void {
  peer.remove(`${pods}/${name}`);
  setTimeout(() => peer.put(pods, webPod('web-2')), 50);
}

function tellOf(peer: KubePeer, { metadata }: KubeObject, message: string): void {
  peer.put('/api/v1/namespaces/ours/events', {
    metadata: { name: `${metadata.name}.${Math.random()}` },
    reason: 'Failed',
    message,
    involvedObject: { apiVersion: 'chaos-mesh.org/v1alpha1', name: metadata.name },
  });
}
