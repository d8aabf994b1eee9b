import { describe, expect, it } from 'vitest';
import { stopReaders } from '../../src/cli/run/stop-readers.ts';
import type { QueryAnswer, QueryClient } from '../../src/clients/query.ts';
import { plan } from '../slo/build.ts';

const condition = { query: 'errors', source: 'prom', above: 50, forMs: 10_000 };

function clientThat(answers: QueryAnswer): QueryClient {
  return { address: 'http://prom', instant: async () => answers, range: async () => answers, close() {} };
}

function answering(...values: string[]): QueryAnswer {
  return { ok: true, warnings: [], series: values.map((value) => ({ labels: {}, values: [[1, value]] })) };
}

async function read(answer: QueryAnswer, more: Partial<typeof condition> & { below?: number } = {}) {
  const tested = plan({ limits: { ...plan().limits, abortWhen: [{ ...condition, ...more }] } });
  const [reader] = stopReaders(tested, new Map([['prom', clientThat(answer)]]));
  return reader!.read(new AbortController().signal);
}

describe('a live stop condition', () => {
  const cases: Record<string, [QueryAnswer, breach: boolean, reason: string]> = {
    'a value within its limit is no breach': [answering('50'), false, 'it is 50'],
    'a value above its limit is one': [answering('50.1'), true, 'it is 50.1'],
    'infinity is above any limit': [answering('+Inf'), true, 'it is Infinity'],
    'no series is no data, which is a breach': [answering(), true, 'no data: the query has no result'],
    'NaN is no data': [answering('NaN'), true, 'no data: the value is not a number'],
    'a source that does not answer is no data': [
      { ok: false, code: 'timeout', message: 'no answer within 3s' },
      true,
      'no data: no answer within 3s',
    ],
    'several series cannot be read': [answering('1', '2'), true, '2 series instead of one: aggregate them'],
  };
  for (const [sentence, [answer, breach, reason]] of Object.entries(cases))
    it(sentence, async () => {
      expect(await read(answer)).toMatchObject({ breach, reason });
    });

  it('may ask for a least value', async () => {
    expect(await read(answering('3'), { above: Number.POSITIVE_INFINITY, below: 5 })).toMatchObject({ breach: true });
  });

  it('looks often enough to see a breach of a short `for`', () => {
    const tested = plan({ limits: { ...plan().limits, abortWhen: [{ ...condition, forMs: 1000 }] } });

    expect(stopReaders(tested, new Map())[0]).toMatchObject({ intervalMs: 250, forMs: 1000 });
  });
});
