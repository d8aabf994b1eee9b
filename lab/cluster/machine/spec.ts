import { readFile } from 'node:fs/promises';

/** Programs and folders of the lab's parts, as the resolver found them. */
export interface ClusterPrograms {
  etcd: string;
  /** Folder with containerd, its shims and ctr. */
  containerd: string;
  runc: string;
  /** Folder with the network plug-ins. */
  cni: string;
  /** Folder with the servers of Kubernetes and kubectl. */
  kubernetes: string;
  coredns: string;
  /** Folder with the controller, the daemon and `crd.yaml`. */
  chaosMesh: string;
  /** The kernel of the second node. */
  userModeLinux: string;
}

/** All that the machine is told. */
export interface MachineSpec {
  folder: string;
  /** Whether the second node is started. */
  netem: boolean;
  programs: ClusterPrograms;
}

export async function readMachineSpec(path: string): Promise<MachineSpec> {
  return JSON.parse(await readFile(path, 'utf8')) as MachineSpec;
}
