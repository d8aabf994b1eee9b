import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import { alertmanagerExporter } from '../../src/exporters/alertmanager.ts';
import type { ExporterType } from '../../src/exporters/contract.ts';
import { pushgatewayExporter } from '../../src/exporters/pushgateway.ts';
import type { Report } from '../../src/slo/model/report.ts';
import { ALERTS_FILE } from '../../tools/generate-alerts.ts';
import { never, someContext } from '../exporters/some-plan.ts';
import { SAMPLE_REPORTS } from '../slo/render/sample-reports.ts';

interface Notified {
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** Reports of now: the samples' own date would be too long ago for the rule on missing runs. */
function recent(report: Report, more: Partial<Report> = {}): Report {
  const now = Date.now();
  return { ...report, startedAt: new Date(now - 60_000).toISOString(), endedAt: new Date(now).toISOString(), ...more };
}

async function deliver(type: ExporterType, config: object, report: Report): Promise<void> {
  const exporter = await type.open(type.config.parse(config), someContext);
  const deliveries = await exporter.reported(report, never);
  await exporter.close();
  expect(deliveries.filter(({ state }) => state !== 'delivered')).toEqual([]);
}

describe('a verdict on its durable way: Pushgateway, Prometheus, Alertmanager, receiver', () => {
  let lab: Lab;
  let receiver: Server;
  const notified: Notified[] = [];

  beforeAll(async () => {
    receiver = createServer(async (request, response) => {
      const { alerts } = (await json(request)) as { alerts: Notified[] };
      notified.push(...alerts);
      response.end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    lab = await startLab({
      services: ['pushgateway', 'prometheus', 'alertmanager'],
      rules: fileURLToPath(ALERTS_FILE),
      webhook,
    });
  });
  afterAll(async () => {
    receiver?.close();
    await lab?.stop();
  });

  const push = (report: Report) => deliver(pushgatewayExporter, { url: lab.variables['PUSHGATEWAY_URL'] }, report);
  const arrived = (status: Notified['status'], labels: Record<string, string>) =>
    expect
      .poll(() => notified, { timeout: 30_000, interval: 200 })
      .toContainEqual(expect.objectContaining({ status, labels: expect.objectContaining(labels) }));
  const failed = { alertname: 'SteadfastObjectiveFailed', plan: 'kv-event-sync', objective: 'recovers' };

  test('a failed objective reaches the receiver with what a person needs', async () => {
    await push(recent(SAMPLE_REPORTS.fail));

    await arrived('firing', { ...failed, experiment: 'partition', phase: 'recovery', severity: 'critical' });
    await arrived('firing', { alertname: 'SteadfastObjectiveInconclusive', objective: 'as-fast-as-before' });
    const alert = notified.find(({ labels }) => labels['alertname'] === failed.alertname);
    expect(alert?.annotations['summary']).toBe('Objective recovers of kv-event-sync failed');
  });

  test('the next run, which passes, resolves it', async () => {
    await push(recent(SAMPLE_REPORTS.pass));

    await arrived('resolved', failed);
  });

  test('a fault that was left behind reaches the receiver', async () => {
    await push(recent(SAMPLE_REPORTS['left-behind']));

    await arrived('firing', { alertname: 'SteadfastFaultLeftBehind', experiment: 'partition', severity: 'critical' });
    await arrived('firing', { alertname: 'SteadfastRunAborted', plan: 'kv-event-sync' });
  });

  test.each(Object.entries(SAMPLE_REPORTS))(
    'the Pushgateway takes the metrics of a report that is %s',
    async (name, report) => {
      await push(recent(report, { plan: `${report.plan}/${name}` }));

      const text = await (await fetch(`${lab.variables['PUSHGATEWAY_URL']}/metrics`)).text();
      expect(text).toContain('push_failure_time_seconds');
      expect(text).not.toMatch(/^push_failure_time_seconds\{.*\} [1-9]/m);
    },
  );

  test('a second push leaves nothing of the first', async () => {
    const [objective] = SAMPLE_REPORTS.pass.objectives;
    const named = (name: string) =>
      recent(SAMPLE_REPORTS.pass, { plan: 'twice', objectives: [{ ...objective!, objective: name }] });
    await push(named('before-the-rename'));
    await push(named('after-the-rename'));

    const text = await (await fetch(`${lab.variables['PUSHGATEWAY_URL']}/metrics`)).text();
    expect(text).toContain('after-the-rename');
    expect(text).not.toContain('before-the-rename');
  });
});

describe('a verdict straight to two Alertmanagers', () => {
  const labs: Lab[] = [];
  beforeAll(async () => {
    labs.push(...(await Promise.all([0, 1].map(() => startLab({ services: ['alertmanager'] })))));
  });
  afterAll(() => Promise.all(labs.map((lab) => lab.stop())));

  const urls = () => labs.map(({ variables }) => variables['ALERTMANAGER_URL']!);

  async function active(url: string): Promise<Record<string, string>[]> {
    const response = await fetch(`${url}/api/v2/alerts?active=true`);
    const alerts = (await response.json()) as { labels: Record<string, string>; endsAt: string }[];
    return alerts.filter(({ endsAt }) => Date.parse(endsAt) > Date.now() + 1000).map(({ labels }) => labels);
  }

  test('both show what failed, and neither does once it passed', async () => {
    await deliver(alertmanagerExporter, { urls: urls() }, recent(SAMPLE_REPORTS.fail));
    for (const url of urls())
      expect((await active(url)).map(({ alertname, objective }) => `${alertname} ${objective}`).sort()).toEqual([
        'SteadfastObjectiveFailed recovers',
        'SteadfastObjectiveInconclusive as-fast-as-before',
      ]);

    await wait(50);
    await deliver(alertmanagerExporter, { urls: urls() }, recent(SAMPLE_REPORTS.pass, { objectives: passing() }));

    for (const url of urls()) expect(await active(url)).toEqual([]);
  });

  test.each(Object.entries(SAMPLE_REPORTS))('both take the alerts of a report that is %s', async (_name, report) => {
    await deliver(alertmanagerExporter, { urls: urls(), reportUrl: 'https://reports.example/x' }, recent(report));
  });
});

function passing(): Report['objectives'] {
  return SAMPLE_REPORTS.pass.objectives.map((result) => ({ ...result, verdict: 'pass', reason: 'met' }));
}
