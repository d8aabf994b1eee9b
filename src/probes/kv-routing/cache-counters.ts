import type { HttpClient } from '../../clients/http.ts';
import { readMetrics } from '../../clients/metrics-text.ts';
import type { CachedTokens } from './holding.ts';

/** An engine's own count of the tokens that it looked up in its prefix cache, and of those that it found there. */
export interface CacheCounters {
  queries: number;
  hits: number;
}

/** The names that vLLM gave them, newest first. */
const NAMES = [
  { queries: 'vllm:prefix_cache_queries_total', hits: 'vllm:prefix_cache_hits_total' },
  { queries: 'vllm:prefix_cache_queries', hits: 'vllm:prefix_cache_hits' },
  { queries: 'vllm:gpu_prefix_cache_queries_total', hits: 'vllm:gpu_prefix_cache_hits_total' },
];
const WANTED = new Set(NAMES.flatMap(({ queries, hits }) => [queries, hits]));

export type CountersRead = { ok: true; counters: CacheCounters } | { ok: false; reason: string };

export async function readCacheCounters(
  client: HttpClient,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<CountersRead> {
  const answer = await client.request({ path: '/metrics', timeoutMs }, signal);
  if (!answer.ok)
    return {
      ok: false,
      reason: `its metrics cannot be read: ${answer.status === undefined ? answer.message : `HTTP ${answer.status}`}`,
    };
  const counters = countersIn(answer.body);
  return counters ? { ok: true, counters } : { ok: false, reason: 'it shows no vllm:prefix_cache_queries and _hits' };
}

/** Undefined where the text does not have both. */
export function countersIn(text: string): CacheCounters | undefined {
  const sums = new Map<string, number>();
  for (const { name, value } of readMetrics(text, WANTED)) sums.set(name, (sums.get(name) ?? 0) + value);
  for (const names of NAMES) {
    const [queries, hits] = [sums.get(names.queries), sums.get(names.hits)];
    if (queries !== undefined && hits !== undefined) return { queries, hits };
  }
  return undefined;
}

/** What became of one request between two looks at the counters. */
export type CounterMove =
  | { kind: 'known'; cached: CachedTokens }
  /** The request is not counted yet. */
  | { kind: 'behind' }
  /** The counters went back: the engine began anew in between. */
  | { kind: 'restarted' };

/**
 * The counters are the engine's, not ours. What they moved beyond our own prompt was others', who may have found all of theirs in the cache
 * or nothing of it: our share lies between these two.
 */
export function cachedBetween(before: CacheCounters, after: CacheCounters, promptTokens: number): CounterMove {
  const [queries, hits] = [after.queries - before.queries, after.hits - before.hits];
  if (queries < 0 || hits < 0) return { kind: 'restarted' };
  if (queries < promptTokens) return { kind: 'behind' };
  const others = queries - promptTokens;
  return { kind: 'known', cached: { low: Math.max(0, hits - others), high: Math.min(hits, promptTokens) } };
}
