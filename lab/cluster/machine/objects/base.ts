import { net } from '../../place.ts';

export type KubernetesObject = { apiVersion: string; kind: string; metadata: object; [field: string]: unknown };

export interface ServicePort {
  name: string;
  port: number;
  targetPort: number;
  protocol?: 'TCP' | 'UDP';
}

interface HostService {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  clusterIP?: string;
  ports: readonly ServicePort[];
}

/** A service whose server is a process of node 1 rather than a pod: it has a slice of its own instead of a selector. */
export function hostService({ name, namespace, labels, clusterIP, ports }: HostService): KubernetesObject[] {
  const metadata = { name, namespace, labels };
  const ownSlice = { 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': 'steadfast-lab' };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ...(clusterIP !== undefined && { clusterIP }), ports } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-${net.nodeName}`, namespace, labels: { ...labels, ...ownSlice } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [net.nodeAddress], nodeName: net.nodeName, conditions: { ready: true } }],
      ports: ports.map((port) => ({ name: port.name, port: port.targetPort, protocol: port.protocol ?? 'TCP' })),
    },
  ];
}
