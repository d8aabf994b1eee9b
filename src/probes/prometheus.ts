import * as z from 'zod';
import type { QueryAnswer } from '../clients/query.ts';
import { defineProbe, type ProbeContext, type ProbeSession, type Reading } from './contract.ts';

const config = z.lazy(() =>
  z.strictObject({
    source: z.string().min(1).describe('a source of the plan'),
    query: z.string().min(1).describe('PromQL that gives one series; aggregate with sum, max, ...'),
  }),
);

type Config = z.output<typeof config>;

const STALE_MS = 300_000;

/** A number that Prometheus already has, read at each slot. */
export const prometheusProbe = defineProbe<Config>({
  type: 'prometheus',
  summary: 'Evaluates a PromQL query and takes its one number.',
  config,
  values: {
    value: {
      unit: '1',
      kind: 'level',
      help: 'what the query gave',
      range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    },
  },
  defaults: { intervalMs: 15_000, timeoutMs: 10_000 },
  onTimeout: 'unknown',
  timeoutMeaning: 'The instrument did not answer; that says nothing about the service.',
  example: `name: ttft
type: prometheus
interval: 15s
config:
  source: prom
  query: histogram_quantile(0.95, sum by (le) (rate(ttft_seconds_bucket[30s])))
`,
  sources: ({ source }) => [source],
  instrument: ({ source, query }) => `${source} ${query}`,
  promql: ({ query }) => query,
  open: async (config, context) => openSession(config, context),
});

function openSession({ source, query }: Config, context: ProbeContext): ProbeSession {
  const client = context.source(source);
  return {
    async sample(signal) {
      return toReading(await client.instant(query, signal), context.wallClockMs());
    },
    async close() {},
  };
}

function toReading(answer: QueryAnswer, wallClockMs: number): Reading {
  if (!answer.ok) return unknown(`${answer.code}: ${answer.message}`);
  if (answer.warnings.length > 0) return unknown(`answered with a warning: ${answer.warnings[0]}`);
  if (answer.series.length > 1) return unknown(`${answer.series.length} series: aggregate them`);
  const point = answer.series[0]?.values.at(-1);
  if (!point) return unknown('no series: nothing matches, or nothing was scraped lately');
  return readPoint(point, wallClockMs);
}

function readPoint([unixSeconds, text]: [number, string], wallClockMs: number): Reading {
  if (text === 'NaN') return unknown('the value is NaN');
  const value = Number(text);
  if (!Number.isFinite(value)) return unknown(`the value is ${text}`);
  if (Math.abs(wallClockMs - unixSeconds * 1000) > STALE_MS)
    return unknown("the value's time is more than 5m away from ours");
  return { outcome: 'good', values: { value } };
}

function unknown(reason: string): Reading {
  return { outcome: 'unknown', values: {}, reason };
}
