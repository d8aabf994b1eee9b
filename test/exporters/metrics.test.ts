import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Exporter } from '../../src/exporters/contract.ts';
import { metricsExporter } from '../../src/exporters/metrics.ts';
import { SAMPLE_REPORTS } from '../slo/render/sample-reports.ts';
import { never, someContext } from './some-plan.ts';

async function serving(listen: string, check: (exporter: Exporter, target: string) => Promise<void>): Promise<void> {
  const exporter = await metricsExporter.open(metricsExporter.config.parse({ listen }), someContext);
  try {
    const [delivery] = await exporter.reported(SAMPLE_REPORTS.pass, never);
    await check(exporter, delivery!.target);
  } finally {
    await exporter.close();
  }
}

describe('the metrics exporter', () => {
  test('serves what was observed and what was reported', async () => {
    await serving('127.0.0.1:0', async (exporter, target) => {
      exporter.observed!({ type: 'gap', probe: 'p', vantage: 'runner', slot: 1, due: 1, reason: 'late' });

      const answer = await fetch(target);
      const text = await answer.text();

      expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(text).toContain('probe="p",vantage="runner",outcome="missing"} 1');
      expect(text).toContain('steadfast_run_verdict{plan="kv-event-sync",verdict="pass"} 1');
    });
  });

  test.each([
    ['/healthz', 'GET', 200],
    ['/metrics?x=1', 'HEAD', 200],
    ['/', 'GET', 404],
    ['/metrics', 'POST', 405],
  ])('answers %s by %s with %i', async (path, method, status) => {
    await serving('127.0.0.1:0', async (_exporter, target) => {
      expect((await fetch(new URL(path, target), { method })).status).toBe(status);
    });
  });

  test('works on IPv6', async () => {
    await serving('[::1]:0', async (_exporter, target) => {
      expect(target).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/);
      expect((await fetch(target)).status).toBe(200);
    });
  });

  test('says that its port is taken, and the run goes on', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const listen = `127.0.0.1:${(holder.address() as { port: number }).port}`;
    const exporter = await metricsExporter.open(metricsExporter.config.parse({ listen }), someContext);

    const deliveries = await exporter.reported(SAMPLE_REPORTS.pass, never);
    await exporter.close();
    holder.close();

    expect(deliveries).toEqual([
      { exporter: 'metrics', target: `http://${listen}/metrics`, state: 'failed', reason: 'the port is taken' },
    ]);
  });

  test('does not wait for scrapers that hold a connection open', async () => {
    let target = '';
    await serving('127.0.0.1:0', async (_exporter, address) => {
      target = address;
      await fetch(address, { headers: { connection: 'keep-alive' } });
    });

    await expect(fetch(target)).rejects.toThrow();
  });
});
