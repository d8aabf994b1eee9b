import { resolve } from 'node:path';
import { runCommand } from '../getting/command.ts';
import type { Cluster } from './access.ts';

export function givenKubeconfig(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const path = env['STEADFAST_KUBECONFIG'];
  return path ? resolve(path) : undefined;
}

/**
 * A cluster that is not the lab's. It must have Chaos Mesh and the images that tests ask for, and this process must reach the addresses of
 * its pods. Its nodes and servers cannot be entered or stopped from here.
 */
export function accessToGiven(kubeconfig: string): Cluster {
  const options = ['--kubeconfig', kubeconfig];
  const outOfReach = (what: string) => new Error(`${what} is out of reach in the cluster of ${kubeconfig}`);
  return {
    get place(): never {
      throw outOfReach('the folder of the servers');
    },
    kubeconfig,
    network: undefined,
    inNetwork: (...command) => command,
    onNode: () => {
      throw outOfReach('a node');
    },
    kubectlCommand: ['kubectl', ...options],
    kubectl: (...args) => runCommand('kubectl', [...options, ...args], { timeoutMs: 120_000, answersOnly: true }),
    importImage: async () => {
      throw outOfReach('the images of the nodes');
    },
    startServer: async (name) => {
      throw outOfReach(name);
    },
    stopServer: async (name) => {
      throw outOfReach(name);
    },
  };
}
