import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { z } from 'zod';
import type { EnginePod } from './pods.ts';

export interface PodSelection {
  namespace: string;
  /** Value of the label `model.aibrix.ai/name`. */
  model: string;
}

const selector = 'model.aibrix.ai/kv-events-enabled=true';
const modelLabel = 'model.aibrix.ai/name';
const ports = { httpPort: 8000, eventsPort: 5557, replayPort: 5558 };
const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const answerWithinMs = 5_000;

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
  const { items } = podList.parse(JSON.parse(await askApiServer(path)));
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

async function askApiServer(path: string): Promise<string> {
  const [token, ca] = await Promise.all([
    readFile(join(account, 'token'), 'utf8'),
    readFile(join(account, 'ca.crt'), 'utf8'),
  ]);
  const host = process.env['KUBERNETES_SERVICE_HOST'];
  const port = process.env['KUBERNETES_SERVICE_PORT'];
  const headers = { authorization: `Bearer ${token.trim()}` };
  const signal = AbortSignal.timeout(answerWithinMs);
  return await new Promise((resolve, reject) => {
    const asking = request({ host, port, path, ca, headers, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200 ? resolve(body) : reject(new Error(`${path}: ${response.statusCode} ${body}`)),
      );
    });
    asking.on('error', reject);
    asking.end();
  });
}
