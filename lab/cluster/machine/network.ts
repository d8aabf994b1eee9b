import { writeFile } from 'node:fs/promises';
import { runCommand } from '../../getting/command.ts';
import { net } from '../place.ts';

/** One bridge holds the node's address; there is no default route, so nothing leaks out. */
export async function setUpNetwork(): Promise<void> {
  await ip('link', 'set', 'lo', 'up');
  await ip('link', 'add', net.bridge, 'type', 'bridge');
  await ip('address', 'add', `${net.nodeAddress}/24`, 'dev', net.bridge);
  await ip('link', 'set', net.bridge, 'up');
  // The kernel wants a route before kube-proxy's rules rewrite a service's address.
  await ip('route', 'add', net.serviceRange, 'dev', net.bridge);
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
  // The controller of Chaos Mesh looks up targets that are given by name, and would do so by the cluster's own DNS if it were a pod.
  await writeFile('/etc/resolv.conf', `nameserver ${net.dnsService}\n`);
}

async function ip(...args: string[]): Promise<void> {
  await runCommand('ip', args);
}
