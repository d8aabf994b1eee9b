import { describe, expect, test } from 'vitest';
import type { QueryAnswer, QueryClient } from '../../src/clients/query.ts';
import { prometheusProbe } from '../../src/probes/prometheus.ts';
import { openProbe } from './session.ts';

const NOW_MS = 1_700_000_000_000;
const series = (value: string, time = NOW_MS / 1000) => ({ labels: {}, values: [[time, value]] as [number, string][] });
const answer = (...all: ReturnType<typeof series>[]): QueryAnswer => ({ ok: true, series: all, warnings: [] });

async function sample(answered: QueryAnswer) {
  const source: QueryClient = {
    address: 'test',
    instant: async () => answered,
    range: async () => answered,
    close() {},
  };
  const session = await openProbe(
    prometheusProbe,
    { source: 'prom', query: 'up' },
    { source: () => source, wallClockMs: () => NOW_MS },
  );
  return session.sample();
}

describe('one number is good', () => {
  test.for(['0', '-3.5', '1e3'])('%s', async (text) => {
    expect(await sample(answer(series(text)))).toEqual({ outcome: 'good', values: { value: Number(text) } });
  });
});

describe('everything else is unknown, with a reason of its own', () => {
  const cases: Record<string, { answered: QueryAnswer; reason: string }> = {
    'no series': { answered: answer(), reason: 'no series: nothing matches, or nothing was scraped lately' },
    'several series': { answered: answer(series('1'), series('2')), reason: '2 series: aggregate them' },
    NaN: { answered: answer(series('NaN')), reason: 'the value is NaN' },
    infinity: { answered: answer(series('+Inf')), reason: 'the value is +Inf' },
    'a value from another time': {
      answered: answer(series('1', NOW_MS / 1000 - 301)),
      reason: "the value's time is more than 5m away from ours",
    },
    'a warning, which may mean that a part is missing': {
      answered: { ok: true, series: [series('1')], warnings: ['store x is down'] },
      reason: 'answered with a warning: store x is down',
    },
    'a time-out': {
      answered: { ok: false, code: 'timeout', message: 'no answer within 10s' },
      reason: 'timeout: no answer within 10s',
    },
    'an HTTP error': {
      answered: { ok: false, code: 'http', message: 'HTTP 503: no' },
      reason: 'http: HTTP 503: no',
    },
  };

  test.for(Object.entries(cases))('%s', async ([, { answered, reason }]) => {
    expect(await sample(answered)).toEqual({ outcome: 'unknown', values: {}, reason });
  });
});

test('source and query are the instrument', () => {
  const config = prometheusProbe.config.parse({ source: 'prom', query: 'up' });

  expect(prometheusProbe.sources?.(config)).toEqual(['prom']);
  expect(prometheusProbe.instrument?.(config)).toBe('prom up');
});
