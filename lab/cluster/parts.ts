import type { ClusterPart, Part } from '../part.ts';

/** Programs of node 1 that are called by other programs, with every library that a slim Debian lacks. */
const nodeTools = [
  ...['iptables', 'libip4tc2', 'libip6tc2', 'libxtables12', 'libmnl0', 'libnetfilter-conntrack3', 'libnfnetlink0'],
  ...[
    'libnftnl11',
    'ipset',
    'libipset13',
    'conntrack',
    'iproute2',
    'libbpf1',
    'libelf1',
    'libtirpc3',
    'kmod',
    'libkmod2',
  ],
  ...['stress-ng', 'libapparmor1', 'libbsd0', 'libmd0', 'libegl1', 'libglvnd0', 'libgbm1', 'libgles2', 'libdrm2'],
  ...['libwayland-server0', 'libexpat1', 'libipsec-mb1', 'libjpeg62-turbo', 'libjudydebian1', 'libsctp1', 'libxxhash0'],
  ...['busybox'],
];

const noAdvice = 'a Debian with apt-get is needed to fetch it';

export const clusterParts: Record<ClusterPart, Part> = {
  kubernetes: {
    name: 'kubernetes',
    version: '1.35.4',
    recipe: {
      kind: 'kubernetes',
      programs: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'],
    },
    builtWith: ['go'],
    advice: 'install Go to build it',
  },
  etcd: {
    name: 'etcd',
    version: '3.4',
    recipe: { kind: 'debian-file', package: 'etcd-server', program: 'usr/bin/etcd' },
    builtWith: [],
    advice: noAdvice,
  },
  coredns: {
    name: 'coredns',
    version: '1.12.4',
    recipe: { kind: 'go', module: 'github.com/coredns/coredns', program: '' },
    builtWith: ['go'],
    advice: 'install Go to build it',
  },
  containerd: {
    name: 'containerd',
    version: '1.6',
    recipe: { kind: 'debian-file', package: 'containerd', program: 'usr/bin/containerd' },
    builtWith: [],
    advice: noAdvice,
  },
  runc: {
    name: 'runc',
    version: '1.1',
    recipe: { kind: 'debian-file', package: 'runc', program: 'usr/sbin/runc' },
    builtWith: [],
    advice: noAdvice,
  },
  'cni-plugins': {
    name: 'cni-plugins',
    version: '1.1',
    recipe: { kind: 'debian-file', package: 'containernetworking-plugins', program: 'usr/lib/cni' },
    builtWith: [],
    advice: noAdvice,
  },
  'chaos-mesh': {
    name: 'chaos-mesh',
    version: '2.8.3-20260902',
    recipe: {
      kind: 'chaos-mesh',
      commit: '20260902003049-47411975a8cb',
      programs: ['chaos-controller-manager', 'chaos-daemon'],
    },
    builtWith: ['go', 'c-compiler'],
    advice: 'install Go and a C compiler to build it',
  },
  'node-tools': {
    name: 'node-tools',
    version: '1',
    recipe: { kind: 'debian-tree', packages: nodeTools },
    builtWith: [],
    advice: noAdvice,
  },
  'user-mode-linux': {
    name: 'user-mode-linux',
    version: '6.1',
    recipe: { kind: 'debian-file', package: 'user-mode-linux', program: 'usr/bin/linux.uml' },
    builtWith: [],
    advice: noAdvice,
  },
};
