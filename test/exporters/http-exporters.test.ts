import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { alertmanagerExporter } from '../../src/exporters/alertmanager.ts';
import type { ExporterType } from '../../src/exporters/contract.ts';
import type { Alert } from '../../src/exporters/lib/alerts.ts';
import { groupPath, pushgatewayExporter } from '../../src/exporters/pushgateway.ts';
import type { Delivery } from '../../src/slo/model/report.ts';
import { httpServer, type LoopbackServer, silentServer } from '../loopback/servers.ts';
import { SAMPLE_REPORTS } from '../slo/render/sample-reports.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { never, someContext } from './some-plan.ts';

interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

const servers: LoopbackServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Answers with these statuses one after the other, the last one again and again, and keeps what came. */
async function target(...statuses: number[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = await httpServer(async (request, response) => {
    const body = await text(request);
    received.push({ method: request.method!, path: request.url!, headers: request.headers, body });
    response.writeHead(statuses[Math.min(received.length, statuses.length) - 1] ?? 200).end('said the server');
  });
  servers.push(server);
  return { url: server.url, received };
}

async function deliver(type: ExporterType, config: object, report = SAMPLE_REPORTS.fail): Promise<Delivery[]> {
  const exporter = await type.open(type.config.parse(config), someContext);
  const deliveries = await exporter.reported(report, never);
  await exporter.close();
  return deliveries;
}

describe('the Pushgateway exporter', () => {
  test('replaces the group of the plan with the metrics of this run', async () => {
    const { url, received } = await target();

    const deliveries = await deliver(pushgatewayExporter, { url, grouping: { cluster: 'eu/1' } });

    expect(deliveries).toEqual([{ exporter: 'pushgateway', target: url, state: 'delivered' }]);
    expect(received).toHaveLength(1);
    expect(received[0]!.method).toBe('PUT');
    expect(received[0]!.path).toBe(
      '/metrics/job@base64/c3RlYWRmYXN0/plan@base64/a3YtZXZlbnQtc3luYw/cluster@base64/ZXUvMQ',
    );
    expect(received[0]!.body).toMatch(/^steadfast_run_verdict\{plan="kv-event-sync",verdict="fail"\} 1$/m);
    expect(received[0]!.body).not.toMatch(/^steadfast.*\} \S+ \d+$/m);
  });

  test('sends the token of its file', async () => {
    const { url, received } = await target();
    const bearerTokenFile = join(temporaryFolder(), 'token');
    writeFileSync(bearerTokenFile, 's3cr3t\n');

    await deliver(pushgatewayExporter, { url, bearerTokenFile });

    expect(received[0]!.headers.authorization).toBe('Bearer s3cr3t');
  });

  test('gives an empty value and any text a path that can be told back', () => {
    expect(groupPath({ job: '', plan: '../ä|"\n' })).toBe('/metrics/job@base64/=/plan@base64/Li4vw6R8Igo');
  });

  test.each<[string, number[], number, Delivery['state']]>([
    ['a server that is back at the second try', [503, 200], 2, 'delivered'],
    ['a server that stays in trouble', [503], 2, 'failed'],
    ['a server that asks for less', [429, 200], 2, 'delivered'],
    ['a refusal, which is not repeated', [400, 200], 1, 'failed'],
  ])('with %s', async (_name, statuses, requests, state) => {
    const { url, received } = await target(...statuses);

    const [delivery] = await deliver(pushgatewayExporter, { url });

    expect(received).toHaveLength(requests);
    expect(delivery!.state).toBe(state);
    if (state === 'failed') expect(delivery!.reason).toBe(`HTTP ${statuses[0]}: said the server`);
  });

  test('does not wait for a server that never answers', async () => {
    const server = await silentServer();
    servers.push(server);

    const [delivery] = await deliver(pushgatewayExporter, { url: server.url, timeout: '200ms' });

    expect(delivery).toMatchObject({ state: 'failed', reason: 'no answer within 200ms' });
    expect(server.accepted()).toBe(2);
  });
});

describe('the Alertmanager exporter', () => {
  const alertsIn = (received: Received[]) => JSON.parse(received[0]!.body) as Alert[];

  test('sends to every replica, whatever becomes of the others', async () => {
    const [first, second] = [await target(400), await target(200)];

    const deliveries = await deliver(alertmanagerExporter, { urls: [first.url, second.url] });

    expect(deliveries.map(({ state }) => state)).toEqual(['failed', 'delivered']);
    expect(second.received[0]).toMatchObject({ method: 'POST', path: '/api/v2/alerts' });
  });

  test('fires for what failed or is undecided past the next weekly run, and ends all the rest now', async () => {
    const { url, received } = await target();

    await deliver(alertmanagerExporter, { urls: [url] });

    const alerts = alertsIn(received).map(({ labels, endsAt }) => ({
      ...labels,
      leftMs: Date.parse(endsAt) - Date.now(),
    }));
    const firing = alerts.filter(({ leftMs }) => leftMs > 1000);
    expect(firing).toEqual([
      expect.objectContaining({ alertname: 'SteadfastObjectiveFailed', objective: 'recovers', team: 'inference' }),
      expect.objectContaining({
        alertname: 'SteadfastObjectiveInconclusive',
        objective: 'as-fast-as-before',
        severity: 'warning',
      }),
    ]);
    for (const { leftMs } of firing) expect(leftMs).toBeGreaterThan(7.9 * 86_400_000);
    expect(alerts).toContainEqual(
      expect.objectContaining({ alertname: 'SteadfastObjectiveFailed', objective: 'port-open-before' }),
    );
    expect(alerts).toContainEqual(
      expect.objectContaining({ alertname: 'SteadfastFaultLeftBehind', experiment: 'partition' }),
    );
  });

  test('an alert keeps its labels from run to run, so that the next run can resolve it', async () => {
    const [failed, passed] = [await target(), await target()];

    await deliver(alertmanagerExporter, { urls: [failed.url] }, SAMPLE_REPORTS.fail);
    await deliver(alertmanagerExporter, { urls: [passed.url] }, { ...SAMPLE_REPORTS.pass, run: 'another-run' });

    const labels = (received: Received[]) =>
      alertsIn(received)
        .map((alert) => JSON.stringify(alert.labels))
        .sort();
    expect(labels(passed.received)).toEqual(labels(failed.received));
  });

  test.each(Object.entries(SAMPLE_REPORTS))(
    'every alert of a report that is %s has valid labels and times',
    async (_name, report) => {
      const { url, received } = await target();

      await deliver(alertmanagerExporter, { urls: [url], reportUrl: 'https://reports.example/steadfast' }, report);

      for (const { labels, startsAt, endsAt, generatorURL } of alertsIn(received)) {
        for (const [name, value] of Object.entries(labels)) {
          expect(name).toMatch(/^[a-zA-Z_]\w*$/);
          expect(value).not.toBe('');
        }
        expect(Date.parse(startsAt)).toBeLessThanOrEqual(Date.parse(endsAt));
        expect(generatorURL).toBe('https://reports.example/steadfast');
      }
    },
  );
});
