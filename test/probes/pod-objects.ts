import type { KubeObject } from '../../src/clients/kubernetes/client.ts';

export const PODS = '/api/v1/namespaces/ours/pods';
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/ours/deployments';

/** How a container stands; by default its first run goes on. */
export interface ContainerStanding {
  restarts?: number;
  /** Why the run before ended. */
  last?: string;
  /** Why this run has ended. */
  ended?: string;
}

/** A pod as an API server shows it, labelled `app=engine`. */
export function podObject(name: string, ready = true, standing: ContainerStanding = {}): KubeObject {
  return {
    metadata: { name, uid: `uid-of-${name}`, labels: { app: 'engine' } },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [containerStatus(name, standing)],
    },
  };
}

export function containerStatus(pod: string, { restarts = 0, last, ended }: ContainerStanding): object {
  const id = (run: number) => `containerd://${pod}-run-${run}`;
  return {
    name: 'main',
    restartCount: restarts,
    containerID: id(restarts),
    state: ended ? { terminated: { containerID: id(restarts), reason: ended } } : { running: {} },
    lastState: last ? { terminated: { containerID: id(restarts - 1), reason: last } } : {},
  };
}

export function deploymentObject(name: string, replicas: number): KubeObject {
  return { metadata: { name }, spec: { replicas, selector: { matchLabels: { app: 'engine' } } } };
}
