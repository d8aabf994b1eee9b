import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MachineContext } from '../machine/component.ts';
import { daemonPorts } from '../machine/components/chaos-mesh.ts';
import { containerdSocket, pauseImage } from '../machine/components/containerd.ts';
import { kubeconfigOf } from '../machine/users.ts';
import { net } from '../place.ts';
import { netemNode } from './addresses.ts';
import { type NetemNodePlace, netemNodePlace } from './place.ts';

/** Writes everything that the second node reads when it starts. What an earlier one left is removed. */
export async function writeSettings(context: MachineContext): Promise<NetemNodePlace> {
  const place = netemNodePlace(context.place);
  await rm(place.path, { recursive: true, force: true });
  for (const folder of [place.kernel, place.requests, dirname(place.configFile('any'))])
    await mkdir(folder, { recursive: true });
  await mkdir(context.place.logs, { recursive: true });
  await writeFile(place.configFile('containerd.toml'), containerdConfig(context, place));
  await mkdir(place.configFile('cni'));
  await writeFile(join(place.configFile('cni'), '10-lab.conflist'), JSON.stringify(networkConfig));
  await writeFile(place.configFile('kubelet.json'), JSON.stringify(kubeletConfig(context)));
  await writeFile(place.configFile('proxy.json'), JSON.stringify(proxyConfig(context)));
  await writeFile(place.settings, shellSettings(context, place));
  return place;
}

/** Variables of bash; a list becomes an array. */
function shellSettings({ spec, place: cluster }: MachineContext, place: NetemNodePlace): string {
  const { programs } = spec;
  const kubernetes = (program: string) => join(programs.kubernetes, program);
  const settings: Record<string, string | readonly string[]> = {
    PATH: [programs.containerd, dirname(programs.runc), '/usr/local/bin', '/usr/sbin', '/usr/bin'].join(':'),
    NODE_NAME: netemNode.name,
    NODE_ADDRESS: `${netemNode.address}/24`,
    CLUSTER_RANGE: net.clusterRange,
    CLUSTER_GATEWAY: net.nodeAddress,
    SERVICE_RANGE: net.serviceRange,
    IMAGES: cluster.images,
    LOGS: cluster.logs,
    REQUESTS: place.requests,
    CONTAINERD: ['containerd', '--config', place.configFile('containerd.toml')],
    KUBELET: [
      kubernetes('kubelet'),
      `--config=${place.configFile('kubelet.json')}`,
      `--kubeconfig=${kubeconfigOf(cluster, 'node-2')}`,
      `--hostname-override=${netemNode.name}`,
      `--node-ip=${netemNode.address}`,
      `--node-labels=${netemNode.label}=true`,
    ],
    PROXY: [kubernetes('kube-proxy'), `--config=${place.configFile('proxy.json')}`],
    CHAOS_DAEMON: [
      join(programs.chaosMesh, 'chaos-daemon'),
      '--runtime=containerd',
      `--runtime-socket-path=${containerdSocket}`,
      `--grpc-port=${daemonPorts.grpc}`,
      `--http-port=${daemonPorts.http}`,
    ],
  };
  return Object.entries(settings)
    .map(
      ([name, value]) => `${name}=${typeof value === 'string' ? quoted(value) : `(${value.map(quoted).join(' ')})`}\n`,
    )
    .join('');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function containerdConfig({ spec }: MachineContext, place: NetemNodePlace): string {
  const plugin = 'plugins."io.containerd.grpc.v1.cri"';
  return `
version = 2
[${plugin}]
sandbox_image = "${pauseImage}"
restrict_oom_score_adj = true
[${plugin}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[${plugin}.cni]
bin_dir = "${spec.programs.cni}"
conf_dir = "${place.configFile('cni')}"
`;
}

const networkConfig = {
  cniVersion: '0.4.0',
  name: 'lab',
  plugins: [
    {
      type: 'ptp',
      mtu: 1500,
      ipMasq: false,
      ipam: { type: 'host-local', ranges: [[{ subnet: netemNode.podRange }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
  ],
};

function kubeletConfig({ place }: MachineContext): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { x509: { clientCAFile: join(place.certificates, 'ca.crt') } },
    clusterDNS: [net.dnsService],
    clusterDomain: net.dnsDomain,
    resolvConf: '',
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    enforceNodeAllocatable: [],
    evictionHard: { 'memory.available': '50Mi' },
    imageGCHighThresholdPercent: 100,
    healthzBindAddress: netemNode.address,
    // Nothing comes here by chance: starting a process takes much longer than on the first node.
    registerWithTaints: [{ key: netemNode.label, value: 'true', effect: 'PreferNoSchedule' }],
  };
}

function proxyConfig({ place }: MachineContext): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: kubeconfigOf(place, 'proxy') },
    clusterCIDR: net.clusterRange,
    hostnameOverride: netemNode.name,
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
