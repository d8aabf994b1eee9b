import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cachedBetween, countersIn } from '../../../src/probes/kv-routing/cache-counters.ts';
import { holdingOf } from '../../../src/probes/kv-routing/holding.ts';

describe('what the counters moved', () => {
  const tokens = fc.integer({ min: 0, max: 10_000 });
  const request = fc.tuple(tokens, tokens).map(([a, b]) => ({ prompt: Math.max(a, b), cached: Math.min(a, b) }));

  test('always leaves room for what was really ours, whatever others asked meanwhile', () => {
    void fc.assert(
      fc.property(request, fc.array(request, { maxLength: 5 }), request, (own, others, before) => {
        const all = [own, ...others];
        const sum = (of: (each: { prompt: number; cached: number }) => number) =>
          all.reduce((total, each) => total + of(each), 0);
        const start = { queries: before.prompt, hits: before.cached };
        const after = {
          queries: start.queries + sum(({ prompt }) => prompt),
          hits: start.hits + sum(({ cached }) => cached),
        };

        const move = cachedBetween(start, after, own.prompt);

        expect(move.kind).toBe('known');
        if (move.kind !== 'known') return;
        expect(move.cached.low).toBeLessThanOrEqual(own.cached);
        expect(move.cached.high).toBeGreaterThanOrEqual(own.cached);
        if (others.length === 0) expect(move.cached).toEqual({ low: own.cached, high: own.cached });
      }),
    );
  });

  test.each([
    ['less than our prompt: it is not counted yet', { queries: 10, hits: 0 }, { queries: 15, hits: 0 }, 'behind'],
    ['backwards: the engine began anew', { queries: 10, hits: 4 }, { queries: 8, hits: 0 }, 'restarted'],
    ['hits backwards: the engine began anew', { queries: 10, hits: 4 }, { queries: 30, hits: 0 }, 'restarted'],
  ])('%s', (_, before, after, kind) => {
    expect(cachedBetween(before, after, 8).kind).toBe(kind);
  });
});

describe('the counters in an engine’s metrics', () => {
  test.each([
    [
      'are summed over its models and ranks',
      'vllm:prefix_cache_queries_total{engine="0"} 5\nvllm:prefix_cache_queries_total{engine="1"} 6\nvllm:prefix_cache_hits_total{engine="0"} 2\n',
      { queries: 11, hits: 2 },
    ],
    [
      'have older names',
      'vllm:gpu_prefix_cache_queries_total 5\nvllm:gpu_prefix_cache_hits_total 1\n',
      { queries: 5, hits: 1 },
    ],
    ['are not there when only one of them is', 'vllm:prefix_cache_queries_total 5\n', undefined],
  ])('%s', (_, text, counters) => {
    expect(countersIn(text)).toEqual(counters);
  });
});

describe('what an engine held', () => {
  const tokens = { half: 100, full: 200 };

  test.each([
    ['a beginning that all have, such as a template', { low: 20, high: 20 }, 'none'],
    ['the half, but for its last block', { low: 84, high: 84 }, 'half'],
    ['all, but for its last block', { low: 184, high: 184 }, 'full'],
    ['the half at least and not all', { low: 80, high: 120 }, 'half'],
    ['anything', { low: 0, high: 200 }, undefined],
    ['the half or all', { low: 90, high: 190 }, undefined],
  ])('%s', (_, cached, holding) => {
    expect(holdingOf(cached, tokens)).toBe(holding);
  });
});
