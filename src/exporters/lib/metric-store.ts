import type { Registry } from 'prom-client';
import type { MetricConvention } from '../../slo/conventions.ts';

export type Labels<Metric extends MetricConvention> = Record<Metric['labels'][number], string>;

/** Metrics by their conventions, in a prom-client registry. What is not a number is left out: no value is better than a wrong one. */
export interface MetricStore {
  readonly registry: Registry;
  set<Metric extends MetricConvention>(metric: Metric, labels: Labels<Metric>, value: number): void;
  /** Adds to a counter. */
  add<Metric extends MetricConvention>(metric: Metric, labels: Labels<Metric>, value: number): void;
  /** Lifts a counter to a total that is known from elsewhere; never lowers it. */
  raise<Metric extends MetricConvention>(metric: Metric, labels: Labels<Metric>, total: number): void;
}

interface Series {
  labels: Record<string, string>;
  value: number;
}

type Table = Map<string, Series>;

/**
 * Series are kept here and only shown through prom-client: its own maps join label values with a comma, so that two label sets
 * can become one, and a single NaN stays in its counters for good.
 */
export async function createMetricStore(): Promise<MetricStore> {
  const prometheus = await import('prom-client');
  const registry = new prometheus.Registry();
  const tables = new Map<string, Table>();

  function tableOf(convention: MetricConvention): Table {
    const known = tables.get(convention.name);
    if (known) return known;
    const table: Table = new Map();
    tables.set(convention.name, table);
    const { name, help, type } = convention;
    const options = { name, help, labelNames: [...convention.labels], registers: [registry] };
    const metric = type === 'counter' ? new prometheus.Counter(options) : new prometheus.Gauge(options);
    const describe = metric.get.bind(metric);
    metric.get = async () => ({ ...(await describe()), values: [...table.values()] });
    return table;
  }

  return {
    registry,
    set(metric, labels, value) {
      if (!Number.isNaN(value)) seriesOf(tableOf(metric), metric, labels).value = value;
    },
    add(metric, labels, value) {
      if (Number.isFinite(value) && value >= 0) seriesOf(tableOf(metric), metric, labels).value += value;
    },
    raise(metric, labels, total) {
      const series = seriesOf(tableOf(metric), metric, labels);
      if (Number.isFinite(total)) series.value = Math.max(series.value, total);
    },
  };
}

function seriesOf(table: Table, metric: MetricConvention, labels: Record<string, string>): Series {
  const key = keyOf(metric, labels);
  const known = table.get(key);
  if (known) return known;
  const wellFormed = Object.entries(labels).map(([name, value]) => [name, value.toWellFormed()] as const);
  const series = { labels: Object.fromEntries(wellFormed), value: 0 };
  table.set(key, series);
  return series;
}

/** Lengths keep values apart whatever is in them. Labels beyond the metric's own are no part of what a series is. */
function keyOf(metric: MetricConvention, labels: Record<string, string>): string {
  let key = '';
  for (const name of metric.labels) key += `${labels[name]!.length}:${labels[name]}`;
  return key;
}
