import { setTimeout as pause } from 'node:timers/promises';
import { type CacheCounters, cachedBetween, readCacheCounters } from './cache-counters.ts';
import type { Completed } from './completion.ts';
import type { Engine } from './engines.ts';
import type { CachedTokens } from './holding.ts';

/** Limits of one piece of work within a slot. */
export interface Within {
  timeoutMs: number;
  signal: AbortSignal;
}

export type Witnessed = { ok: true; cached: CachedTokens } | { ok: false; reason: string };

const LOOK_AGAIN_MS = 50;

/** Some engines tell with an answer what came from the cache, but only where it was not nothing: one that told a 0 always tells. */
export function noteWhatItTells(engine: Engine, { cachedTokens }: Completed): void {
  if (cachedTokens === 0) engine.tellsCached = true;
  if (cachedTokens === undefined) engine.tellsCached = false;
}

/** The counters of those engines that do not tell with their answers what came from the cache. */
export async function countersBefore(engines: readonly Engine[], within: Within): Promise<Map<string, CacheCounters>> {
  const silent = engines.filter(({ tellsCached }) => !tellsCached);
  const reads = await Promise.all(
    silent.map(async (engine) => [engine.target, await readCacheCounters(engine.client, within)] as const),
  );
  return new Map(reads.flatMap(([target, read]) => (read.ok ? [[target, read.counters] as const] : [])));
}

/** How much of the prompt this engine had in its cache: by the answer's own word, or else by what its counters moved. */
export async function witness(
  engine: Engine,
  { promptTokens, cachedTokens }: Completed,
  before: CacheCounters | undefined,
  within: Within,
): Promise<Witnessed> {
  if (cachedTokens !== undefined) return { ok: true, cached: { low: cachedTokens, high: cachedTokens } };
  if (promptTokens === undefined)
    return { ok: false, reason: 'the answer does not say how many tokens the prompt had' };
  if (before === undefined) return { ok: false, reason: "the engine's counters were not read before the request" };
  return byCounters(engine, before, promptTokens, within);
}

const NOT_COUNTED = "the engine's counters do not show our request";

/** An engine may count a little after it has answered. */
async function byCounters(
  engine: Engine,
  before: CacheCounters,
  promptTokens: number,
  within: Within,
): Promise<Witnessed> {
  const until = performance.now() + within.timeoutMs;
  for (let left = within.timeoutMs, look = 1; left > 0 && !within.signal.aborted; look++) {
    const read = await readCacheCounters(engine.client, { ...within, timeoutMs: left });
    if (!read.ok) return { ok: false, reason: look === 1 ? `the engine answered, but ${read.reason}` : NOT_COUNTED };
    const move = cachedBetween(before, read.counters, promptTokens);
    if (move.kind === 'known') return { ok: true, cached: move.cached };
    if (move.kind === 'restarted')
      return { ok: false, reason: "the engine's counters went back: it began anew meanwhile" };
    await pause(LOOK_AGAIN_MS, undefined, { signal: within.signal }).catch(() => undefined);
    left = until - performance.now();
  }
  return { ok: false, reason: NOT_COUNTED };
}
