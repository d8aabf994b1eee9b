import type { Resolver } from '../../resolve.ts';
import type { KubeObject } from './objects.ts';

export const workloadNames = [
  ...(['engines', 'gateway'] as const),
  ...(['temporal', 'kafka', 'worker', 'generator', 'consumer'] as const),
  ...(['prometheus', 'alertmanager', 'pushgateway'] as const),
] as const;

export type WorkloadName = (typeof workloadNames)[number];

/** What making the objects of a workload needs to know. */
export interface WorkloadContext {
  /** An image with Node, a shell and the usual shared libraries, which is there on every node. */
  image: string;
  resolver: Resolver;
  /** Labels of the nodes that may run it. */
  nodeSelector: Record<string, string>;
}

export interface Workload {
  namespace: string;
  /** Its pods, and where each of them shows its face, or what it has instead. */
  pods: { selector: string; port: number };
  /** Those that it cannot do without: choosing it chooses them. */
  needs: readonly WorkloadName[];
  /** All but the namespace. */
  objects: (context: WorkloadContext) => Promise<KubeObject[]>;
}
