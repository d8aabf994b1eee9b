import { type MetricLine, readMetrics } from '../../clients/metrics-text.ts';
import {
  CONNECTION_STATUS,
  COUNTERS,
  type CounterName,
  counterNames,
  POD_LABEL,
  type Series,
  WANTED_SERIES,
} from './series.ts';

/** Values of one counter by engine; by the empty text where it has no series for each. Undefined: the gateway shows no such series. */
export type CounterByPod = ReadonlyMap<string, number> | undefined;

/** What the gateway showed at one moment. */
export interface Snapshot {
  counters: Record<CounterName, CounterByPod>;
  /** 1 where the gateway takes the engine for connected. */
  connected: ReadonlyMap<string, number>;
}

export function readSnapshot(text: string): Snapshot {
  const lines = readMetrics(text, WANTED_SERIES);
  const byName = Map.groupBy(lines, ({ name }) => name);
  const counters = Object.fromEntries(counterNames.map((counter) => [counter, sumByPod(COUNTERS[counter], byName)]));
  const status = byName.get(CONNECTION_STATUS) ?? [];
  return {
    counters: counters as Snapshot['counters'],
    connected: new Map(status.map(({ labels, value }) => [labels[POD_LABEL] ?? '', value])),
  };
}

/** The names of the series that are absent, each once. */
export function absentSeries({ counters }: Snapshot, of: readonly CounterName[]): string[] {
  return [...new Set(of.filter((counter) => counters[counter] === undefined).map((counter) => COUNTERS[counter].name))];
}

export function podsIn({ counters, connected }: Snapshot): string[] {
  const pods = counterNames.flatMap((counter) =>
    COUNTERS[counter].perPod ? [...(counters[counter]?.keys() ?? [])] : [],
  );
  return [...new Set([...pods, ...connected.keys()])].sort();
}

/** A label that no line has yet says nothing, as long as the series has other lines: then it counts nothing so far. */
function sumByPod({ name, only, not, perPod }: Series, byName: ReadonlyMap<string, MetricLine[]>): CounterByPod {
  const lines = byName.get(name);
  if (!lines) return undefined;
  const sums = new Map<string, number>();
  for (const { labels, value } of lines) {
    const pod = perPod ? (labels[POD_LABEL] ?? '') : '';
    const counts = (!only || labels[only.label] === only.is) && (!not || labels[not.label] !== not.is);
    sums.set(pod, (sums.get(pod) ?? 0) + (counts ? value : 0));
  }
  return sums;
}
