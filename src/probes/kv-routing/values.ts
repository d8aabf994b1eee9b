import type { ValueDeclaration } from '../../slo/model/plan.ts';

function count(help: string): ValueDeclaration {
  return { unit: '1', kind: 'count', help };
}

/** What the probe measures. */
export const kvRoutingValues: Record<string, ValueDeclaration> = {
  latencyMs: { unit: 'ms', kind: 'level', help: 'time of a repeated request through the gateway, for one token' },
  cachedShare: {
    unit: 'ratio',
    kind: 'level',
    help: 'share of the repeated prefix that came from the cache of the engine that answered; the least of what its counters leave open',
    range: [0, 1],
  },
  engines: { unit: '1', kind: 'level', help: 'engines that are known and answered when they were last asked' },
  repeats: count('repeated prefixes whose routing could be judged'),
  hits: count('of these, the ones that went to an engine that held as much of them as any other did'),
  misrouted: {
    ...count('of these, the ones that went to an engine that held less of them than another one'),
    needsTraffic: 'repeats',
  },
  stale: {
    ...count(
      'of the misrouted, the ones that went to an engine that once held them, or failed when it was to, and holds nothing',
    ),
    needsTraffic: 'repeats',
  },
};
