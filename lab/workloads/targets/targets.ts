import { z } from 'zod';

/** Targets with labels of their own, as Prometheus' HTTP discovery reads them. */
export interface TargetGroup {
  targets: string[];
  labels: Record<string, string>;
}

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        namespace: z.string(),
        name: z.string(),
        labels: z.record(z.string(), z.string()).default({}),
      }),
      spec: z.object({
        containers: z.array(
          z.object({
            name: z.string(),
            ports: z.array(z.object({ name: z.string().optional(), containerPort: z.int() })).default([]),
          }),
        ),
      }),
      status: z.object({ phase: z.string().optional(), podIP: z.string().optional() }),
    }),
  ),
});

const nodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({ addresses: z.array(z.object({ type: z.string(), address: z.string() })).default([]) }),
    }),
  ),
});

/** One for each port of a running pod whose name begins with `metrics`. */
export function metricTargetsOf(list: unknown): TargetGroup[] {
  const running = podList.parse(list).items.filter(({ status }) => status.phase === 'Running');
  return running.flatMap(({ metadata, spec, status }) =>
    spec.containers.flatMap((container) =>
      container.ports
        .filter(({ name }) => name?.startsWith('metrics') && status.podIP !== undefined)
        .map(({ containerPort }) => ({
          targets: [`${status.podIP}:${containerPort}`],
          labels: {
            namespace: metadata.namespace,
            pod: metadata.name,
            container: container.name,
            ...(metadata.labels['app'] === undefined ? {} : { app: metadata.labels['app'] }),
          },
        })),
    ),
  );
}

export function nodeTargetsOf(list: unknown, port: number): TargetGroup[] {
  return nodeList
    .parse(list)
    .items.flatMap(({ metadata, status }) =>
      status.addresses
        .filter(({ type }) => type === 'InternalIP')
        .map(({ address }) => ({ targets: [`${address}:${port}`], labels: { node: metadata.name } })),
    );
}
