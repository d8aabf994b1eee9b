import { join } from 'node:path';
import type { ClusterPlace } from '../place.ts';

/** Where the second node keeps what is its own, within the cluster's folder. */
export interface NetemNodePlace {
  path: string;
  settings: string;
  /** Its kernel's pid file and control socket. */
  kernel: string;
  /** Scripts that it is asked to run, and their results. */
  requests: string;
  configFile: (name: string) => string;
}

export function netemNodePlace(cluster: ClusterPlace): NetemNodePlace {
  const path = join(cluster.path, 'netem-node');
  return {
    path,
    settings: join(path, 'settings.sh'),
    kernel: join(path, 'kernel'),
    requests: join(path, 'requests'),
    configFile: (name) => join(path, 'config', name),
  };
}
