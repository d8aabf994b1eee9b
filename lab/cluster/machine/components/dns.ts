import { writeFile } from 'node:fs/promises';
import { net } from '../../place.ts';
import { answersHttp } from '../answering.ts';
import type { DescribeComponent } from '../component.ts';
import { kubeconfigOf } from '../users.ts';

const readyPort = 8181;

export const dns: DescribeComponent = async ({ spec, place }) => {
  await writeFile(place.configFile('Corefile'), corefile(kubeconfigOf(place, 'coredns')));
  return {
    command: [spec.programs.coredns, '-conf', place.configFile('Corefile')],
    ready: () => answersHttp(`http://${net.nodeAddress}:${readyPort}/ready`),
  };
};

/** Names of the cluster, and for all others the answer that there are none. */
function corefile(kubeconfig: string): string {
  return `${net.dnsDomain}:53 in-addr.arpa:53 {
  bind ${net.nodeAddress}
  errors
  ready ${net.nodeAddress}:${readyPort}
  kubernetes ${net.dnsDomain} in-addr.arpa {
    kubeconfig ${kubeconfig}
    pods insecure
    ttl 1
  }
}
.:53 {
  bind ${net.nodeAddress}
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;
}
