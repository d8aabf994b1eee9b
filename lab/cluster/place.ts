import { join } from 'node:path';
import { labRoot } from '../processes/lab-folder.ts';

/**
 * Name of the cluster: of its network namespace and of the cgroup that holds its pods. Clusters of different names do not meet.
 */
export const clusterName = process.env['STEADFAST_CLUSTER'] || 'steadfast-lab';

/** Names and addresses inside the cluster's network namespace. */
export const net = {
  bridge: 'lab0',
  nodeName: 'lab-node-1',
  nodeAddress: '10.250.0.1',
  nodePrefix: '10.250.0.0/24',
  podRange: '10.244.1.0/24',
  clusterRange: '10.244.0.0/16',
  serviceRange: '10.96.0.0/16',
  apiService: '10.96.0.1',
  dnsService: '10.96.0.10',
  dnsDomain: 'cluster.local',
} as const;

/** Gives the network a name, for as long as it is mounted there. */
export const netnsFile = `/run/netns/${clusterName}`;

/** Where programs lie on a node: the lab's own first. */
export const nodePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export const apiUrl = `https://${net.nodeAddress}:6443`;

/** Where a cluster keeps everything: its machine sees this folder at the same path. */
export interface ClusterPlace {
  path: string;
  specFile: string;
  controlSocket: string;
  certificates: string;
  config: string;
  data: string;
  images: string;
  logs: string;
  /** For a person or a program with all rights. */
  kubeconfig: string;
  configFile: (name: string) => string;
  logFile: (name: string) => string;
}

/** The folder of a cluster that is started from this checkout. */
export function ownClusterFolder(): string {
  return join(labRoot(), clusterName === 'steadfast-lab' ? 'cluster' : `cluster-${clusterName}`);
}

export function clusterPlace(path: string): ClusterPlace {
  const config = join(path, 'config');
  const logs = join(path, 'logs');
  return {
    path,
    specFile: join(path, 'machine.json'),
    controlSocket: join(path, 'control.sock'),
    certificates: join(path, 'certificates'),
    config,
    data: join(path, 'data'),
    images: join(path, 'images'),
    logs,
    kubeconfig: join(config, 'admin.kubeconfig'),
    configFile: (name) => join(config, name),
    logFile: (name) => join(logs, `${name}.log`),
  };
}
