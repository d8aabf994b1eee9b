import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { QueryClient } from '../../src/clients/query.ts';
import { prometheusProbe } from '../../src/probes/prometheus.ts';
import type { Plan } from '../../src/slo/model/plan.ts';
import { collectBaselines } from '../../src/sources/collect.ts';
import { prometheusSource } from '../../src/sources/prometheus.ts';
import { openProbe } from '../probes/session.ts';

let lab: Lab;
let client: QueryClient;
const never = new AbortController().signal;

beforeAll(async () => {
  lab = await startLab({ services: ['prometheus', 'engine'] });
  client = await prometheusSource.open(prometheusSource.config.parse({ url: lab.variables['PROMETHEUS_URL'] }));
  while ((await firstValue('up{job="engine"}')) !== '1') await wait(100);
});
afterAll(async () => {
  client?.close();
  await lab?.stop();
});

async function firstValue(query: string): Promise<string | undefined> {
  const answer = await client.instant(query, never);
  return answer.ok ? answer.series[0]?.values[0]?.[1] : answer.message;
}

describe('a real server answers', () => {
  test('a vector with its labels', async () => {
    const answer = await client.instant('up{job="engine"}', never);

    expect(answer).toMatchObject({ ok: true, series: [{ labels: { job: 'engine' } }] });
  });

  test('a scalar, NaN and infinity', async () => {
    expect(await firstValue('1 + 1')).toBe('2');
    expect(await firstValue('0 / 0')).toBe('NaN');
    expect(await firstValue('1 / 0')).toBe('+Inf');
    expect(await firstValue('vector(-1) / 0')).toBe('-Inf');
  });

  test('a moment in the past, as of which nothing was known', async () => {
    const answer = await client.instant('up', never, Date.now() / 1000 - 86_400);

    expect(answer).toEqual({ ok: true, series: [], warnings: [] });
  });

  test('a range with a step of a fraction of a second', async () => {
    const now = Date.now() / 1000;

    const answer = await client.range('vector(7)', now - 10, now, 0.25, never);

    expect(answer.ok && answer.series[0]?.values.length).toBe(41);
  });

  test('11000 points are answered', async () => {
    const answer = await client.range('vector(1)', 1_700_000_000, 1_700_010_999, 1, never);

    expect(answer.ok && answer.series[0]?.values.length).toBe(11_000);
  });
});

describe('a real server refuses', () => {
  const cases: Record<string, { query: string; message: RegExp }> = {
    'what is not PromQL': { query: 'sum(', message: /^bad_data: .*parse error/ },
    'what has the wrong type': { query: 'rate(up)', message: /^bad_data: .*expected type range vector/ },
    'what cannot be joined': { query: 'vector(1) + on() (up or vector(0))', message: /^execution: .*/ },
  };

  test.for(Object.entries(cases))('%s', async ([, { query, message }]) => {
    const answer = await client.instant(query, never);

    expect(answer).toMatchObject({ ok: false, code: 'refused' });
    expect(answer.ok ? '' : answer.message).toMatch(message);
  });
});

test('a baseline is collected over the time before the run', async () => {
  await wait(1000);
  const baseline = {
    name: 'rate',
    source: 'prom',
    query: 'up{job="engine"}',
    lastMs: 10_000,
    stepMs: 1000,
    stat: 'median',
    minPoints: 1,
  };
  const plan = { baselines: [baseline] } as unknown as Plan;

  const [reference] = await collectBaselines(plan, new Map([['prom', client]]), Date.now(), never);

  expect(reference?.error).toBeUndefined();
  const values = reference!.series[0]!.values;
  expect(values.length).toBeGreaterThan(0);
  for (const [offset] of values) expect(offset).toBeLessThanOrEqual(0);
});

test('a probe reads the number, and says when the server is gone', async () => {
  const session = await openProbe(
    prometheusProbe,
    { source: 'prom', query: 'sum(up{job="engine"})' },
    { source: () => client },
  );
  expect(await session.sample()).toEqual({ outcome: 'good', values: { value: 1 } });

  process.kill((await lab.server('prometheus').pid())!, 'SIGKILL');

  await expect
    .poll(() => session.sample())
    .toEqual({ outcome: 'unknown', values: {}, reason: 'unreachable: connection refused' });
});
