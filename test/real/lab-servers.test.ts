import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import { readPidFile, runsStill } from '../../lab/processes/pid-file.ts';
import { freePorts } from '../../lab/processes/ports.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const getJson = async (url: string) => (await fetch(url)).json();

async function prometheusValue(lab: Lab, query: string): Promise<string | undefined> {
  const answer = (await getJson(
    `${lab.variables['PROMETHEUS_URL']}/api/v1/query?query=${encodeURIComponent(query)}`,
  )) as {
    data: { result: { value: [number, string] }[] };
  };
  return answer.data.result[0]?.value[1];
}

describe('each real server answers in its own protocol', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ services: ['prometheus', 'pushgateway', 'toxiproxy', 'temporal', 'kafka'] });
  });
  afterAll(() => lab?.stop());

  test('Prometheus scrapes what is there', async () => {
    await expect.poll(() => prometheusValue(lab, 'count(up == 1)'), { timeout: 15_000 }).toBe('4');
  });

  test('what is pushed to the Pushgateway arrives in Prometheus under its own labels', async () => {
    const pushed = await fetch(`${lab.variables['PUSHGATEWAY_URL']}/metrics/job/steadfast`, {
      method: 'PUT',
      body: '# TYPE pushed_gauge gauge\npushed_gauge 42\n',
    });
    expect(pushed.status).toBe(200);
    await expect.poll(() => prometheusValue(lab, 'pushed_gauge{job="steadfast"}'), { timeout: 10_000 }).toBe('42');
  });

  test('Toxiproxy begins with its proxies and takes toxics', async () => {
    const url = lab.variables['TOXIPROXY_URL'];
    const proxies = (await getJson(`${url}/proxies`)) as Record<string, { upstream: string; enabled: boolean }>;
    expect(Object.keys(proxies).sort()).toEqual(['consumer-kafka', 'worker-kafka', 'worker-temporal']);
    expect(proxies['worker-temporal']).toMatchObject({ upstream: lab.variables['TEMPORAL_ADDRESS'], enabled: true });
    const toxic = { name: 'blackhole', type: 'timeout', attributes: { timeout: 0 } };
    const added = await fetch(`${url}/proxies/worker-temporal/toxics`, { method: 'POST', body: JSON.stringify(toxic) });
    expect(added.status).toBe(200);
    await fetch(`${url}/proxies/worker-temporal/toxics/blackhole`, { method: 'DELETE' });
  });

  test('Temporal knows the namespace, directly and through the proxy', async () => {
    for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_ADDRESS_OF_WORKER']) {
      const connection = await Connection.connect({ address: lab.variables[name]!, connectTimeout: 5_000 });
      const answer = await connection.workflowService.describeNamespace({ namespace: 'bytebot' });
      expect(answer.namespaceInfo?.name, name).toBe('bytebot');
      await connection.close();
    }
  });

  test('Kafka has the topics, and tells each kind of client the address by which it came', async () => {
    for (const name of ['KAFKA_BROKERS', 'KAFKA_BROKERS_OF_WORKER', 'KAFKA_BROKERS_OF_CONSUMER']) {
      const broker = lab.variables[name]!;
      const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker] });
      const { brokers, topics } = await admin.metadata({ topics: ['bytebot.goal.events', 'bytebot.step.events'] });
      expect(
        [...brokers.values()].map(({ host, port }) => `${host}:${port}`),
        name,
      ).toEqual([broker]);
      expect([...topics.values()].map(({ partitionsCount }) => partitionsCount)).toEqual([12, 24]);
      await admin.close();
    }
  });
});

describe('alerts', () => {
  test('a rule fires in Prometheus, and Alertmanager carries it to the webhook', async () => {
    const rules = join(temporaryFolder(), 'rules.yml');
    writeFileSync(rules, 'groups: [{name: lab, rules: [{alert: AlwaysOn, expr: vector(1), labels: {team: lab}}]}]\n');
    const received: { status: string; alerts: { labels: Record<string, string> }[] }[] = [];
    const [port] = (await freePorts(1)) as [number];
    const receiver = createServer(async (request, response) => {
      received.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
      response.end();
    }).listen(port, '127.0.0.1');
    onTestFinished(() => void receiver.close());
    await using lab = await startLab({
      services: ['prometheus', 'alertmanager'],
      rules,
      webhook: `http://127.0.0.1:${port}/`,
    });
    expect(await getJson(`${lab.variables['ALERTMANAGER_URL']}/api/v2/status`)).toMatchObject({
      cluster: { status: 'disabled' },
    });
    await expect.poll(() => received.length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(received[0]).toMatchObject({
      status: 'firing',
      alerts: [{ labels: { alertname: 'AlwaysOn', team: 'lab' } }],
    });
  });
});

describe('a lab leaves nothing behind', () => {
  test('after stop no process runs and no port answers', async () => {
    const lab = await startLab({ services: ['toxiproxy', 'pushgateway', 'engine'] });
    const identities = await Promise.all(
      (['toxiproxy', 'pushgateway', 'engine'] as const).map((name) => readPidFile(lab.server(name).pidFile)),
    );
    expect(identities.map((identity) => runsStill(identity!))).toEqual([true, true, true]);
    await lab.stop();
    expect(identities.map((identity) => runsStill(identity!))).toEqual([false, false, false]);
    await expect(opens(lab.variables['PROXY_ENGINE_EVENTS']!)).resolves.toBe(false);
  });

  test('when one service cannot start, the others are stopped and the reason is told', async () => {
    const rules = join(temporaryFolder(), 'rules.yml');
    writeFileSync(rules, 'groups: [{name: lab, rules: [{alert: Broken, expr: "sum("}]}]\n');
    const starting = startLab({ services: ['pushgateway', 'prometheus'], rules });
    await expect(starting).rejects.toThrow(/prometheus did not start: it ended at once\n.*rules\.yml/s);
  });
});

function opens(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host: host!, port: Number(port) }, () => resolve(true)).once('error', () =>
      resolve(false),
    );
    socket.setTimeout(1_000, () => socket.destroy());
  });
}
