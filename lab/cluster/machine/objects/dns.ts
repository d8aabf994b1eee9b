import { net } from '../../place.ts';
import { hostService, type KubernetesObject } from './base.ts';

const reading = ['list', 'watch'];

export const dnsObjects: readonly KubernetesObject[] = [
  ...hostService({
    name: 'kube-dns',
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-dns' },
    clusterIP: net.dnsService,
    ports: [
      { name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, targetPort: 53, protocol: 'TCP' },
    ],
  }),
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'lab-coredns' },
    rules: [
      { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: reading },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: reading },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'lab-coredns' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'lab-coredns' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'lab-coredns' }],
  },
];
