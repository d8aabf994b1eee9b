import { join } from 'node:path';
import { apiUrl, net } from '../../place.ts';
import { answersHttp } from '../answering.ts';
import type { DescribeComponent } from '../component.ts';
import { kubeconfigOf } from '../users.ts';

export const apiserver: DescribeComponent = async ({ spec, place }) => {
  const certificate = (name: string) => join(place.certificates, name);
  return {
    command: [
      join(spec.programs.kubernetes, 'kube-apiserver'),
      '--etcd-servers=http://127.0.0.1:2379',
      '--secure-port=6443',
      `--advertise-address=${net.nodeAddress}`,
      `--service-cluster-ip-range=${net.serviceRange}`,
      '--authorization-mode=Node,RBAC',
      '--anonymous-auth=true',
      `--token-auth-file=${place.configFile('tokens.csv')}`,
      `--client-ca-file=${certificate('ca.crt')}`,
      `--tls-cert-file=${certificate('apiserver.crt')}`,
      `--tls-private-key-file=${certificate('apiserver.key')}`,
      `--service-account-issuer=https://kubernetes.default.svc.${net.dnsDomain}`,
      `--service-account-key-file=${certificate('service-accounts.pub')}`,
      `--service-account-signing-key-file=${certificate('service-accounts.key')}`,
      `--kubelet-client-certificate=${certificate('kubelet-client.crt')}`,
      `--kubelet-client-key=${certificate('kubelet-client.key')}`,
      // Without it logs and exec look the node's name up in DNS.
      '--kubelet-preferred-address-types=InternalIP',
      '--allow-privileged=true',
      '--profiling=false',
    ],
    ready: () => answersHttp(`${apiUrl}/readyz`),
  };
};

export const controllerManager: DescribeComponent = async ({ spec, place }) => ({
  command: [
    join(spec.programs.kubernetes, 'kube-controller-manager'),
    `--kubeconfig=${kubeconfigOf(place, 'controller-manager')}`,
    '--use-service-account-credentials=true',
    `--root-ca-file=${join(place.certificates, 'ca.crt')}`,
    `--service-account-private-key-file=${join(place.certificates, 'service-accounts.key')}`,
    `--cluster-signing-cert-file=${join(place.certificates, 'ca.crt')}`,
    `--cluster-signing-key-file=${join(place.certificates, 'ca.key')}`,
    '--allocate-node-cidrs=false',
    '--leader-elect=false',
    '--profiling=false',
  ],
  ready: () => answersHttp('https://127.0.0.1:10257/healthz'),
});

export const scheduler: DescribeComponent = async ({ spec, place }) => ({
  command: [
    join(spec.programs.kubernetes, 'kube-scheduler'),
    `--kubeconfig=${kubeconfigOf(place, 'scheduler')}`,
    '--leader-elect=false',
    '--profiling=false',
  ],
  ready: () => answersHttp('https://127.0.0.1:10259/healthz'),
});
