import { COUNTERS, type CounterName, counterNames } from './series.ts';
import type { CounterByPod, Snapshot } from './snapshot.ts';

/** What was counted from one look to the next: in all, and for each engine. What is not known is left out. */
export interface Rise {
  total: Partial<Record<CounterName, number>>;
  byPod: ReadonlyMap<string, Partial<Record<CounterName, number>>>;
}

/** Undefined where a counter went back: the gateway began anew, and what it had counted since the last look is lost. */
export function riseBetween(before: Snapshot, after: Snapshot): Rise | undefined {
  const total: Rise['total'] = {};
  const byPod = new Map<string, Partial<Record<CounterName, number>>>();
  for (const name of counterNames) {
    const risen = riseOf(before.counters[name] ?? nothingYet(before, name), after.counters[name]);
    if (risen === 'went back') return undefined;
    if (risen === undefined) continue;
    total[name] = [...risen.values()].reduce((sum, rise) => sum + rise, 0);
    for (const [pod, rise] of risen) byPod.set(pod, { ...byPod.get(pod), [name]: rise });
  }
  return { total, byPod };
}

/** Series of one kind are registered together, and each appears when it first counts: the first count is a rise, if others were there before. */
function nothingYet({ counters }: Snapshot, absent: CounterName): CounterByPod {
  const { perPod } = COUNTERS[absent];
  const others = counterNames.some((name) => COUNTERS[name].perPod === perPod && counters[name] !== undefined);
  return others ? new Map() : undefined;
}

/** An engine that is new counts from nothing. */
function riseOf(before: CounterByPod, after: CounterByPod): ReadonlyMap<string, number> | 'went back' | undefined {
  if (!before || !after) return undefined;
  const risen = new Map<string, number>();
  for (const [pod, value] of after) {
    const rise = value - (before.get(pod) ?? 0);
    if (rise < 0) return 'went back';
    risen.set(pod, rise);
  }
  return risen;
}
