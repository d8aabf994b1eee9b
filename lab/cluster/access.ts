import { join } from 'node:path';
import { runCommand } from '../getting/command.ts';
import { askMachine } from './ask-machine.ts';
import { type ImageOptions, packImage } from './image.ts';
import type { ComponentName } from './machine/components/all.ts';
import { containerdSocket } from './machine/components/containerd.ts';
import { readMachineSpec } from './machine/spec.ts';
import { askNetemNode } from './netem-node/ask.ts';
import { type ClusterPlace, clusterPlace, netnsFile, nodePath } from './place.ts';
import type { ClusterRecord } from './record.ts';

/** What a test, a command or a person can do with a cluster that is up. */
export interface Cluster {
  place: ClusterPlace;
  kubeconfig: string;
  /** Path of the network namespace, for `nsenter --net=`; undefined for a cluster that is not the lab's. */
  network: string | undefined;
  /** Wraps a command so that it sees our files and the cluster's network. */
  inNetwork: (...command: string[]) => string[];
  /** Wraps a command so that it runs on node 1, with its files, processes and network. */
  onNode: (...command: string[]) => string[];
  /** The command that `kubectl` below runs, for a person to go on from. */
  kubectlCommand: readonly string[];
  /** What it prints on its first stream; rejects when it fails. */
  kubectl: (...args: string[]) => Promise<string>;
  /** Makes an image of a folder and puts it on every node. A running container keeps the image it has. */
  importImage: (name: string, rootfs: string, options?: ImageOptions) => Promise<void>;
  startServer: (name: ComponentName) => Promise<void>;
  stopServer: (name: ComponentName) => Promise<void>;
}

export async function accessTo(record: ClusterRecord): Promise<Cluster> {
  const place = clusterPlace(record.path);
  const { programs, netem } = await readMachineSpec(place.specFile);
  const inNetwork = (...command: string[]) => ['nsenter', `--net=${netnsFile}`, '--', ...command];
  const enterMachine = [
    'nsenter',
    '-t',
    String(record.machine.pid),
    '--mount',
    '--pid',
    '--net',
    '--ipc',
    '--uts',
    '--',
  ];
  const onNode = (...command: string[]) => [
    ...enterMachine,
    'env',
    `PATH=${nodePath}:${programs.containerd}`,
    ...command,
  ];
  const kubectl = join(programs.kubernetes, 'kubectl');
  const kubectlCommand = inNetwork(kubectl, '--kubeconfig', place.kubeconfig);
  return {
    place,
    kubeconfig: place.kubeconfig,
    network: netnsFile,
    inNetwork,
    onNode,
    kubectlCommand,
    kubectl: (...args) => run([...kubectlCommand, ...args]),
    importImage: async (name, rootfs, options) => {
      const file = join(place.images, `${name.replaceAll(/[^a-z0-9.-]/gi, '-')}.tar`);
      await packImage(name, rootfs, file, options);
      const ctr = ['--address', containerdSocket, '--namespace', 'k8s.io', 'images', 'import', file];
      await run(onNode('ctr', ...ctr));
      if (netem) await askNetemNode(place, `ctr --namespace k8s.io images import ${file}`, 120_000);
    },
    startServer: async (name) => void (await askMachine(place.controlSocket, 'POST', `/${name}/start`)),
    stopServer: async (name) => void (await askMachine(place.controlSocket, 'POST', `/${name}/stop`)),
  };
}

function run([program, ...args]: string[]): Promise<string> {
  return runCommand(program!, args, { timeoutMs: 120_000, answersOnly: true });
}
