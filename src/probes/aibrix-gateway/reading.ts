import type { Outcome, SamplePart } from '../../slo/model/entry.ts';
import type { Reading } from '../contract.ts';
import type { Config } from './config.ts';
import type { Rise } from './rise.ts';
import type { CounterName } from './series.ts';
import { counterNames } from './series.ts';
import { absentSeries, podsIn, type Snapshot } from './snapshot.ts';

/** What must not rise, and what it means when it does. */
const TROUBLE: Partial<Record<CounterName, string>> = {
  missedEvents: 'batches of events are missing',
  decodeErrors: 'batches of events could not be read',
  zmqErrors: 'errors on the way of the events',
  replayFailures: 'a replay failed',
  routingErrors: 'requests could not be routed',
};

/** A reading without its covers. */
export function readingOf(snapshot: Snapshot, rise: Rise | undefined, { require, maxPods }: Config): Reading {
  const absent = absentSeries(snapshot, counterNames);
  const values = { ...rise?.total, ...levelsOf(snapshot, absent.length) };
  const missing = absentSeries(snapshot, require);
  const detail = absent.length > 0 ? { detail: { absent } } : {};
  const parts = partsOf(snapshot, rise, missing, maxPods);
  return { ...said(rise?.total ?? {}, missing), values, ...(parts.length > 0 ? { parts } : {}), ...detail };
}

function levelsOf(snapshot: Snapshot, absentSeriesCount: number): Record<string, number> {
  const connected = [...snapshot.connected.values()].filter((status) => status === 1).length;
  return {
    pods: podsIn(snapshot).length,
    absentSeries: absentSeriesCount,
    ...(snapshot.connected.size > 0 ? { connected } : {}),
  };
}

/** Trouble that was counted stays trouble, whatever else is absent. */
function said(
  risen: Partial<Record<CounterName, number>>,
  missing: readonly string[],
): { outcome: Outcome; reason?: string } {
  const trouble = (Object.keys(TROUBLE) as CounterName[]).find((name) => (risen[name] ?? 0) > 0);
  if (trouble) return { outcome: 'bad', reason: TROUBLE[trouble]! };
  if (missing.length > 0)
    return { outcome: 'unknown', reason: `absent from the gateway's metrics: ${missing.join(', ')}` };
  return { outcome: 'good' };
}

/** Where there are many engines, only those with trouble are recorded. */
function partsOf(
  snapshot: Snapshot,
  rise: Rise | undefined,
  missing: readonly string[],
  maxPods: number,
): SamplePart[] {
  const pods = podsIn(snapshot).filter((pod) => pod !== '');
  const parts = pods.map((pod_key): SamplePart => {
    const counts = rise?.byPod.get(pod_key) ?? {};
    const status = snapshot.connected.get(pod_key);
    return {
      labels: { pod_key },
      ...said(counts, missing),
      values: { ...counts, ...(status === undefined ? {} : { connected: status }) },
    };
  });
  return (parts.length <= maxPods ? parts : parts.filter(({ outcome }) => outcome === 'bad')).slice(0, maxPods);
}
