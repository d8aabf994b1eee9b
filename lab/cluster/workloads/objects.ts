/** Objects of Kubernetes as the lab's workloads need them: short ways to write what is the same in all of them. */

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** A container, with the volumes that it needs from its pod. */
export interface ContainerPart {
  container: { name: string; command: readonly string[]; [field: string]: unknown };
  volumes: readonly { name: string; [source: string]: unknown }[];
}

export interface DeploymentParts {
  namespace: string;
  name: string;
  /** Of the pods, by the first of which the deployment knows them. */
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  replicas?: number;
  /** The old pod goes before the new one comes, since two would be two servers with two truths. */
  alone?: true;
  part: ContainerPart;
  /** Runs beside it in the same pod. */
  beside?: ContainerPart;
  nodeSelector: Record<string, string>;
  /** Further fields of the pods. */
  pod?: Record<string, unknown>;
}

/** By this label everything that the lab's workloads made is found again. */
export const madeBy = { 'app.kubernetes.io/managed-by': 'steadfast-lab' };

export function namespaceObject(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: madeBy } };
}

export function deployment({ namespace, name, labels, part, ...options }: DeploymentParts): KubeObject {
  const { replicas = 1, annotations = {}, alone, beside, nodeSelector, pod = {} } = options;
  const [[key, value] = ['app', name]] = Object.entries(labels);
  const template = {
    metadata: { labels, annotations },
    spec: {
      containers: [part.container, ...(beside === undefined ? [] : [beside.container])],
      volumes: [...part.volumes, ...(beside?.volumes ?? [])],
      nodeSelector,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 5,
      ...pod,
    },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, labels: { ...madeBy, ...labels } },
    spec: {
      replicas,
      ...(alone && { strategy: { type: 'Recreate' } }),
      selector: { matchLabels: { [key]: value } },
      template,
    },
  };
}

export interface ServiceParts {
  namespace: string;
  name: string;
  selector: Record<string, string>;
  ports: Record<string, number>;
  /** Its name leads to the pods themselves. */
  headless?: true;
  /** Its name leads to pods that are not ready, too. */
  early?: true;
}

export function service({ namespace, name, selector, ports, headless, early }: ServiceParts): KubeObject {
  const spec = {
    selector,
    ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: number })),
    ...(headless && { clusterIP: 'None' }),
    ...(early && { publishNotReadyAddresses: true }),
  };
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name, labels: madeBy }, spec };
}

export function configMap(namespace: string, name: string, data: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels: madeBy }, data };
}

/** Ready as soon as this path is answered, asked every second. */
export function readyByHttp(port: number, path: string) {
  return { httpGet: { port, path }, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 3 };
}

export interface Needs {
  /** Its share when the processor is short: what asks for little then starves. */
  cpu: string;
  memory: string;
  memoryLimit: string;
}

export function resources({ cpu, memory, memoryLimit }: Needs) {
  return { requests: { cpu, memory }, limits: { cpu: '1', memory: memoryLimit } };
}
