import type { ClusterPlace } from '../place.ts';
import type { MachineSpec } from './spec.ts';

export interface MachineContext {
  spec: MachineSpec;
  place: ClusterPlace;
}

/** A server of the cluster: what to run and how to see that it works. */
export interface Component {
  command: readonly string[];
  env?: Record<string, string>;
  /** Rejects while it does not work yet. */
  ready: () => Promise<void>;
  /** How long that may take; a minute if absent. */
  readyWithinMs?: number;
}

/** Writes what the server reads, and says how it is run. */
export type DescribeComponent = (context: MachineContext) => Promise<Component>;
