import type { KubeObject } from '../../clients/kubernetes/client.ts';
import { type Fields, isFields } from './manifest.ts';

/** What we need to know of a pod. What the API left out is absent or empty. */
export interface PodView {
  namespace: string;
  name: string;
  uid: string;
  /** RFC 3339, of the server's clock. */
  created?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  phase: string;
  ready: boolean;
  /** Being deleted. */
  leaving: boolean;
  ip?: string;
  node?: string;
  hostNetwork: boolean;
  /** Who made it: a ReplicaSet, a StatefulSet ... */
  owner?: { kind: string; name: string; uid: string };
  containers: ContainerView[];
}

export interface ContainerView {
  name: string;
  image: string;
  /** What runs: differs from `image` while the runtime resolves names. */
  runningImage: string;
  /** With the runtime's scheme; absent until it runs. */
  id?: string;
  restarts: number;
  ready: boolean;
  running: boolean;
  tcpPorts: number[];
  readOnlyRoot: boolean;
  mountPaths: string[];
  cpuLimitCores?: number;
}

/** Reads a pod as the API gave it. Whatever is not as it should be counts as absent. */
export function readPod(object: KubeObject): PodView {
  const { metadata } = object;
  const spec = fields(object.spec);
  const status = fields(object.status);
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    ...optional('created', text(metadata.creationTimestamp)),
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    phase: text(status['phase']) ?? 'Unknown',
    ready: items(status['conditions']).some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    leaving: metadata.deletionTimestamp !== undefined,
    ...optional('ip', text(status['podIP'])),
    ...optional('node', text(spec['nodeName'])),
    hostNetwork: spec['hostNetwork'] === true,
    ...optional('owner', owner?.kind && owner.name && { kind: owner.kind, name: owner.name, uid: owner.uid ?? '' }),
    containers: items(spec['containers']).map((container) => readContainer(container, status)),
  };
}

function readContainer(container: Fields, status: Fields): ContainerView {
  const name = text(container['name']) ?? '';
  const seen = items(status['containerStatuses']).find((one) => one['name'] === name) ?? {};
  const limits = fields(fields(container['resources'])['limits']);
  return {
    name,
    image: text(container['image']) ?? '',
    runningImage: text(seen['image']) ?? '',
    ...optional('id', text(seen['containerID'])),
    restarts: typeof seen['restartCount'] === 'number' ? seen['restartCount'] : 0,
    ready: seen['ready'] === true,
    running: isFields(fields(seen['state'])['running']),
    tcpPorts: items(container['ports']).flatMap(({ containerPort, protocol }) =>
      typeof containerPort === 'number' && (protocol ?? 'TCP') === 'TCP' ? [containerPort] : [],
    ),
    readOnlyRoot: fields(container['securityContext'])['readOnlyRootFilesystem'] === true,
    mountPaths: items(container['volumeMounts']).flatMap(({ mountPath }) => text(mountPath) ?? []),
    ...optional('cpuLimitCores', cores(limits['cpu'])),
  };
}

/** `500m` is half a core. */
function cores(quantity: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(String(quantity ?? ''));
  return match ? Number(match[1]) / (match[2] === 'm' ? 1000 : 1) : undefined;
}

function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function items(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optional<Key extends string, Value>(key: Key, value: Value | '' | undefined): { [K in Key]?: Value } {
  return (value === undefined || value === '' ? {} : { [key]: value }) as { [K in Key]?: Value };
}
