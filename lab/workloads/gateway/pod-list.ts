import { z } from 'zod';
import { askApiServer } from '../api-server.ts';
import type { EnginePod } from './pods.ts';

export interface PodSelection {
  namespace: string;
  /** Value of the label `model.aibrix.ai/name`. */
  model: string;
}

const selector = 'model.aibrix.ai/kv-events-enabled=true';
const modelLabel = 'model.aibrix.ai/name';
const ports = { httpPort: 8000, eventsPort: 5557, replayPort: 5558 };

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        namespace: z.string(),
        name: z.string(),
        uid: z.string(),
        labels: z.record(z.string(), z.string()).default({}),
      }),
      status: z.object({
        phase: z.string().optional(),
        podIP: z.string().optional(),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
        containerStatuses: z.array(z.object({ restartCount: z.int() })).default([]),
      }),
    }),
  ),
});

type Pod = z.infer<typeof podList>['items'][number];

/** The engines' pods, as the API server of the cluster that this runs in knows them. */
export async function listEnginePods({ namespace, model }: PodSelection): Promise<EnginePod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
  const { items } = podList.parse(await askApiServer(path));
  return items.filter((pod) => pod.metadata.labels[modelLabel] === model).flatMap(asEngine);
}

/** Running and with an address is enough to be subscribed to. */
function asEngine({ metadata, status }: Pod): EnginePod[] {
  if (status.phase !== 'Running' || status.podIP === undefined) return [];
  const restarts = status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  return [
    {
      key: `${metadata.namespace}/${metadata.name}`,
      address: status.podIP,
      ...ports,
      ready: status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
      life: `${metadata.uid}/${restarts}`,
    },
  ];
}
