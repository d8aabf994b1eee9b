import { randomUUID } from 'node:crypto';
import { Consumer, stringDeserializers } from '@platformatic/kafka';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { deployWorkloads, removeWorkloads } from '../../../lab/cluster/workloads/deploy.ts';
import { facesOf, type PodFace } from '../../../lab/cluster/workloads/faces.ts';
import { type WorkloadName, workloadNames } from '../../../lab/cluster/workloads/groups.ts';
import { defectNames } from '../../../lab/workloads/gateway/defects.ts';
import { taskQueue, workflowIdOf, workflowType } from '../../../lab/workloads/goals/goal-run.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
// They take half of a small machine, which others need.
afterAll(() => cluster && removeWorkloads(cluster, workloadNames), 120_000);

async function onlyFaceOf(name: WorkloadName): Promise<PodFace> {
  const [face] = await facesOf(cluster, name);
  if (face === undefined) throw new Error(`no pod of ${name}`);
  return face;
}

describe('engines and a gateway as pods', () => {
  interface EngineState {
    cachedBlocks: number;
    cacheFingerprint: string;
  }
  interface GatewayState {
    defects: Record<string, boolean>;
    engines: { key: string; address: string; status: string; ready: boolean; blocks: number; fingerprint: string }[];
  }

  let engines: PodFace[];
  let gateway: PodFace;
  const gatewayState = async () => (await gateway.state()) as GatewayState;
  const ask = (url: string, prompt: string) =>
    fetch(`${url}/v1/completions`, { method: 'POST', body: JSON.stringify({ prompt }) });

  /** What the gateway knows of an engine, beside what the engine holds. */
  async function knownAndTrue(engine: PodFace) {
    const truth = (await engine.state()) as EngineState;
    const known = (await gatewayState()).engines.find(({ address }) => address === engine.address);
    return {
      known: [known?.blocks, known?.fingerprint],
      true: [truth.cachedBlocks, truth.cacheFingerprint],
    };
  }

  async function setPace(perSecond: number): Promise<void> {
    await gateway.control({ command: 'traffic', perSecond });
    await Promise.all(engines.map((engine) => engine.control({ command: 'rate', perSecond })));
  }

  beforeAll(async () => {
    await deployWorkloads(cluster, { only: ['gateway'] });
    engines = await facesOf(cluster, 'engines');
    gateway = await onlyFaceOf('gateway');
    await setPace(0);
  });
  afterAll(() => gateway && setPace(2));

  test('three engines are Ready, and the gateway, which looks every second, is connected to all of them and knows', async () => {
    expect(engines).toHaveLength(3);
    const inUse = async () =>
      (await gatewayState()).engines
        .filter(({ status, ready }) => status === 'connected' && ready)
        .map(({ address }) => address);
    await expect
      .poll(async () => (await inUse()).sort(), { timeout: 10_000 })
      .toEqual(engines.map(({ address }) => address).sort());
  });

  test('an event of an engine reaches the gateway’s index, which then holds what the engine holds', async () => {
    const [engine] = engines as [PodFace];
    const prompt = `${randomUUID()} makes a prompt of two blocks.`;
    await ask(engine.url, prompt);
    expect(await (await ask(engine.url, prompt)).json(), 'it is held').toMatchObject(atLeastCached(16));
    for (const each of engines)
      await expect
        .poll(async () => {
          const { known, true: held } = await knownAndTrue(each);
          return known.join() === held.join();
        })
        .toBe(true);
  });

  test('a prompt that begins like an earlier one goes to the engine that has its beginning', async () => {
    for (const engine of engines) {
      const beginning = `${randomUUID()}, a beginning that only one engine has. `;
      await ask(engine.url, beginning);
      await expect.poll(async () => (await knownAndTrue(engine)).known).toEqual((await knownAndTrue(engine)).true);

      const answers = await Promise.all([1, 2, 3].map((turn) => ask(gateway.url, `${beginning}Turn ${turn}.`)));

      expect(answers.map(({ headers }) => headers.get('target-pod'))).toEqual(Array(3).fill(`${engine.address}:8000`));
      expect(await answers[0]!.json()).toMatchObject(atLeastCached(32));
    }
  });

  test.each(defectNames)('the defect %s is seen in the state as long as it is on', async (name) => {
    expect(await gateway.control({ command: 'defect', name, on: true })).toMatchObject({ defects: { [name]: true } });
    expect(await gateway.control({ command: 'defect', name, on: false })).toMatchObject({ defects: { [name]: false } });
  });

  test('an engine whose container was killed begins anew, and the gateway forgets what it held', async () => {
    const [engine] = engines as [PodFace];
    await ask(engine.url, `${randomUUID()} is held by an engine that will be killed.`);
    const restarts = () =>
      cluster.kubectl(
        ...['get', 'pod', '-n', 'kv-sync-test', engine.pod],
        ...['-o', 'jsonpath={.status.containerStatuses[0].restartCount}/{.status.containerStatuses[0].ready}'],
      );
    const before = Number.parseInt(await restarts(), 10);
    await cluster.kubectl('exec', '-n', 'kv-sync-test', engine.pod, '--', 'kill', '1');
    await expect.poll(restarts, { timeout: 60_000 }).toBe(`${before + 1}/true`);
    await engine.control({ command: 'rate', perSecond: 0 });
    await expect
      .poll(
        async () => {
          const { known, true: held } = await knownAndTrue(engine);
          return known.join() === held.join();
        },
        { timeout: 60_000 },
      )
      .toBe(true);
  });
});

function atLeastCached(tokens: number) {
  return { usage: { prompt_tokens_details: { cached_tokens: expect.toSatisfy((count: number) => count >= tokens) } } };
}

describe('goal runs as pods', () => {
  let connection: Connection;
  let client: Client;
  beforeAll(async () => {
    await deployWorkloads(cluster, { only: ['generator', 'consumer'] });
    const temporal = await onlyFaceOf('temporal');
    connection = await Connection.connect({ address: new URL(temporal.url).host });
    client = new Client({ connection, namespace: 'bytebot' });
  });
  afterAll(() => connection?.close());

  test('three workers are Ready', async () => {
    expect(await facesOf(cluster, 'worker')).toHaveLength(3);
  });

  test('a goal run comes to its result, and its events stand in Kafka', async () => {
    const goalRunId = randomUUID();
    const run = await client.workflow.start(workflowType, {
      taskQueue,
      workflowId: workflowIdOf(goalRunId),
      args: [{ goalRunId, tenantId: 'test', steps: 1 }],
      workflowExecutionTimeout: '60s',
    });
    expect(await run.result()).toEqual({ status: 'COMPLETED', goalRunId, stepsCompleted: 1 });
    expect(await goalEventsOf(goalRunId)).toEqual(['GOAL_STARTED', 'GOAL_COMPLETED']);
  });

  test('the generator’s goal runs complete, and the consumer reads their events', async () => {
    const [generator, consumer] = await Promise.all([onlyFaceOf('generator'), onlyFaceOf('consumer')]);
    const completed = async () => totalsOf(await generator.state())['completed'] ?? 0;
    const read = async () => totalsOf(await consumer.state())['bytebot.goal.events'] ?? 0;
    const before = { completed: await completed(), read: await read() };
    await expect.poll(completed, { timeout: 30_000 }).toBeGreaterThan(before.completed + 2);
    await expect.poll(read, { timeout: 30_000 }).toBeGreaterThan(before.read + 4);
  });

  async function goalEventsOf(goalRunId: string): Promise<unknown[]> {
    const kafka = await onlyFaceOf('kafka');
    const consumer = new Consumer({
      clientId: 'test',
      groupId: `test-${randomUUID()}`,
      bootstrapBrokers: [new URL(kafka.url).host],
      deserializers: stringDeserializers,
    });
    const types: unknown[] = [];
    try {
      const stream = await consumer.consume({ topics: ['bytebot.goal.events'], mode: 'earliest', maxWaitTime: 100 });
      for await (const { key, value } of stream) {
        if (key === goalRunId) types.push((JSON.parse(value) as { eventType: unknown }).eventType);
        if (types.length === 2) break;
      }
    } finally {
      await consumer.close(true);
    }
    return types;
  }
});

describe('monitoring as pods', () => {
  beforeAll(async () => {
    await deployWorkloads(cluster, { only: ['prometheus', 'alertmanager', 'pushgateway', 'gateway', 'worker'] });
  });

  test('Prometheus finds every pod that shows metrics, and the daemon of Chaos Mesh', async () => {
    const { url } = await onlyFaceOf('prometheus');
    const up = async () => {
      const response = await fetch(
        `${url}/api/v1/query?query=${encodeURIComponent('count by (container, job) (up{namespace=~"kv-sync-test|bytebot|monitoring|"} == 1)')}`,
      );
      const { data } = (await response.json()) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return Object.fromEntries(
        data.result.map(({ metric, value }) => [metric['container'] ?? metric['job'], value[1]]),
      );
    };
    await expect.poll(up, { timeout: 30_000 }).toMatchObject({
      vllm: '3',
      'gateway-plugin': '1',
      worker: '6',
      prometheus: '1',
      alertmanager: '1',
      pushgateway: '1',
      'chaos-daemon': expect.stringMatching(/[12]/),
    });
  });

  test('what is removed is gone, and comes again', async () => {
    await removeWorkloads(cluster, ['pushgateway']);
    await expect.poll(() => facesOf(cluster, 'pushgateway'), { timeout: 30_000 }).toEqual([]);
    await deployWorkloads(cluster, { only: ['pushgateway'] });
    expect((await fetch(`${(await onlyFaceOf('pushgateway')).url}/-/ready`)).status).toBe(200);
  });

  test('Prometheus knows its Alertmanager, and has read the alerts', async () => {
    const { url } = await onlyFaceOf('prometheus');
    const get = async (path: string) => JSON.stringify(await (await fetch(`${url}/api/v1/${path}`)).json());
    await expect.poll(() => get('alertmanagers'), { timeout: 30_000 }).toContain('alertmanager:9093');
    expect(await get('rules')).toContain('SteadfastObjectiveFailed');
  });
});

function totalsOf(state: unknown): Record<string, number> {
  return (state as { totals: Record<string, number> }).totals;
}
