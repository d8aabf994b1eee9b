import { runCommand } from '../getting/command.ts';
import type { Cluster } from './access.ts';
import { askNetemNode } from './netem-node/ask.ts';
import { net } from './place.ts';

interface Pod {
  status: { podIP?: string };
  spec: { nodeName?: string };
}

/**
 * Runs a shell script in the network of a pod with the tools of its node (`iptables-save`, `ipset`, `tc`), whatever the pod's
 * image holds; gives what it printed.
 */
export async function inPodNetwork(cluster: Cluster, namespace: string, name: string, script: string): Promise<string> {
  const text = await cluster.kubectl('get', 'pod', name, '--namespace', namespace, '--output', 'json');
  const { status, spec } = JSON.parse(text) as Pod;
  if (status.podIP === undefined) throw new Error(`the pod ${namespace}/${name} has no address`);
  const command = enterNetworkOf(status.podIP, script);
  if (spec.nodeName !== net.nodeName) return await askNetemNode(cluster.place, command);
  const [program, ...args] = cluster.onNode('sh', '-c', command);
  return await runCommand(program!, args);
}

/** The plug-ins of a node give each pod's network a name in this folder. */
function enterNetworkOf(address: string, script: string): string {
  return `
for network in /run/netns/cni-*; do
  if nsenter --net="$network" ip -oneline address | grep -q ' ${address.replaceAll('.', '\\.')}/'; then
    exec nsenter --net="$network" sh -c ${quoted(script)}
  fi
done
echo 'no pod here has the address ${address}' >&2
exit 1`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
