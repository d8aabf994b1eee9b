import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterParts } from '../../parts.ts';
import type { ClusterPlace } from '../../place.ts';
import { controllerPorts, daemonPorts } from '../components/chaos-mesh.ts';
import { hostService, type KubernetesObject } from './base.ts';

const namespace = 'chaos-mesh';
const account = 'chaos-controller-manager';
const partOf = { 'app.kubernetes.io/name': 'chaos-mesh', 'app.kubernetes.io/part-of': 'chaos-mesh' };
const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };

export async function chaosMeshObjects(place: ClusterPlace): Promise<KubernetesObject[]> {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } },
    ...rights,
    await certificateSecret(place),
    ...hostService({
      name: 'chaos-mesh-controller-manager',
      namespace,
      labels: {
        ...partOf,
        'app.kubernetes.io/component': 'controller-manager',
        'app.kubernetes.io/version': clusterParts['chaos-mesh'].version.split('-', 1)[0]!,
      },
      ports: [
        { name: 'webhook', port: 443, targetPort: controllerPorts.webhook },
        { name: 'http', port: 10080, targetPort: controllerPorts.metrics },
      ],
    }),
    ...hostService({
      name: 'chaos-daemon',
      namespace,
      labels: { ...partOf, 'app.kubernetes.io/component': 'chaos-daemon' },
      clusterIP: 'None',
      ports: [
        { name: 'grpc', port: daemonPorts.grpc, targetPort: daemonPorts.grpc },
        { name: 'http', port: daemonPorts.http, targetPort: daemonPorts.http },
      ],
    }),
  ];
}

async function certificateSecret({ certificates }: ClusterPlace): Promise<KubernetesObject> {
  const encoded = (name: string) => readFile(join(certificates, name), 'base64');
  const data = {
    'tls.crt': await encoded('webhook.crt'),
    'tls.key': await encoded('webhook.key'),
    'ca.crt': await encoded('ca.crt'),
  };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'chaos-mesh-webhook-certs', namespace }, data };
}

const all = ['*'];
const reading = ['get', 'list', 'watch'];

const rights: readonly KubernetesObject[] = [
  {
    ...rbac,
    kind: 'ClusterRole',
    metadata: { name: account },
    rules: [
      {
        apiGroups: [''],
        resources: ['pods', 'configmaps', 'secrets'],
        verbs: [...reading, 'delete', 'update', 'patch'],
      },
      { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      { apiGroups: [''], resources: ['events'], verbs: [...reading, 'create', 'patch'] },
      { apiGroups: ['chaos-mesh.org'], resources: all, verbs: all },
      {
        apiGroups: [''],
        resources: ['nodes', 'persistentvolumes', 'persistentvolumeclaims', 'namespaces', 'services'],
        verbs: reading,
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: reading },
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
    ],
  },
  {
    ...rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: account },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: account },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  },
];
