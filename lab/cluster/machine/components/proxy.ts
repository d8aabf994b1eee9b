import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { net } from '../../place.ts';
import { answersHttp } from '../answering.ts';
import type { DescribeComponent } from '../component.ts';
import { kubeconfigOf } from '../users.ts';

export const proxy: DescribeComponent = async ({ spec, place }) => {
  const configFile = place.configFile('proxy.json');
  const config = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: kubeconfigOf(place, 'proxy') },
    clusterCIDR: net.clusterRange,
    hostnameOverride: net.nodeName,
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    oomScoreAdj: 0,
  };
  await writeFile(configFile, JSON.stringify(config));
  return {
    command: [join(spec.programs.kubernetes, 'kube-proxy'), `--config=${configFile}`],
    ready: () => answersHttp('http://127.0.0.1:10256/livez'),
  };
};
