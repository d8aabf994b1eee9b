import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterName, net } from '../../place.ts';
import { answersHttp } from '../answering.ts';
import type { DescribeComponent, MachineContext } from '../component.ts';
import { kubeconfigOf } from '../users.ts';
import { containerdSocket } from './containerd.ts';

export const kubelet: DescribeComponent = async (context) => {
  const { spec, place } = context;
  const configFile = place.configFile('kubelet.json');
  await mkdir(join(place.data, 'pod-logs'), { recursive: true });
  await writeFile(configFile, JSON.stringify(configOf(context)));
  return {
    command: [
      join(spec.programs.kubernetes, 'kubelet'),
      `--config=${configFile}`,
      `--kubeconfig=${kubeconfigOf(place, 'node-1')}`,
      `--hostname-override=${net.nodeName}`,
      `--node-ip=${net.nodeAddress}`,
      `--root-dir=${join(place.data, 'kubelet')}`,
    ],
    ready: () => answersHttp('http://127.0.0.1:10248/healthz'),
  };
};

function configOf({ place }: MachineContext): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { x509: { clientCAFile: join(place.certificates, 'ca.crt') } },
    clusterDNS: [net.dnsService],
    clusterDomain: net.dnsDomain,
    // The host's resolver cannot be reached from here.
    resolvConf: '',
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${clusterName}`,
    failCgroupV1: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'imagefs.available': '1%',
      'nodefs.inodesFree': '1%',
    },
    imageGCHighThresholdPercent: 100,
    // A higher limit or a lower score takes a right that a container may lack.
    maxOpenFiles: 20_000,
    oomScoreAdj: 0,
    podLogsDir: join(place.data, 'pod-logs'),
    containerLogMaxSize: '5Mi',
  };
}
