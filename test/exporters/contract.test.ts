import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ExporterType } from '../../src/exporters/contract.ts';
import { exporterTypes } from '../../src/exporters/registry.ts';
import { SAMPLE_REPORTS } from '../slo/render/sample-reports.ts';
import { never, someContext } from './some-plan.ts';

/** A config that leads nowhere: a closed port, a folder that cannot be made. */
const NOWHERE: Record<string, unknown> = {
  metrics: { listen: '192.0.2.1:9779' },
  pushgateway: { url: 'http://127.0.0.1:1', timeout: '1s' },
  alertmanager: { urls: ['http://127.0.0.1:1', 'http://127.0.0.1:2'], timeout: '1s' },
  file: { dir: '/dev/null/reports' },
};

describe.each([...exporterTypes])('exporter %s', (name, type: ExporterType) => {
  test('has an example that its own schema takes', () => {
    const example = parse(type.example) as { type: string; config: unknown };

    expect(example.type).toBe(name);
    expect(type.config.safeParse(example.config).error).toBeUndefined();
  });

  test('refuses a key that it does not know', () => {
    const { config } = parse(type.example) as { config: object };

    expect(type.config.safeParse({ ...config, surprise: 1 }).success).toBe(false);
  });

  test('turns trouble with its target into a failed delivery with a reason, and closes twice', async () => {
    const exporter = await type.open(type.config.parse(NOWHERE[name]), someContext);

    const deliveries = await exporter.reported(SAMPLE_REPORTS.hostile, never);
    await exporter.close();
    await exporter.close();

    expect(deliveries.length).toBeGreaterThan(0);
    for (const delivery of deliveries) {
      expect(delivery).toMatchObject({ exporter: name, state: 'failed', target: expect.stringMatching(/\S/) });
      expect(delivery.reason).toMatch(/^[^\n]+$/);
    }
  });

  test('gives up at once when it is told to', async () => {
    const exporter = await type.open(type.config.parse(NOWHERE[name]), someContext);
    const startedMs = performance.now();

    const deliveries = await exporter.reported(SAMPLE_REPORTS.pass, AbortSignal.abort());
    await exporter.close();

    expect(performance.now() - startedMs).toBeLessThan(400);
    expect(deliveries.every(({ state }) => state === 'failed')).toBe(true);
  });
});
