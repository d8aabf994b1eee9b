import * as z from 'zod';
import type { ReferenceErrorCode } from '../../slo/model/entry.ts';
import { oneLine } from '../http-trouble.ts';
import type { QueryAnswer, QuerySeries } from '../query.ts';

/** Above these an answer is refused: it could not be judged, and would fill the recording. */
export const MAX_SERIES = 1000;
export const MAX_POINTS = 1_000_000;

const point = z.tuple([z.number(), z.string().refine(isNumberText, 'not a number')]);
const labels = z.record(z.string(), z.string()).default({});

const result = z.discriminatedUnion('resultType', [
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(
      z.object({ metric: labels, values: z.array(point).default([]), histograms: z.unknown().optional() }),
    ),
  }),
  z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: labels, value: point.optional(), histogram: z.unknown().optional() })),
  }),
  z.object({ resultType: z.literal('scalar'), result: point }),
]);

const success = z.object({ status: z.literal('success'), data: result, warnings: z.array(z.string()).optional() });
const failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

/** Reads the body of an answer of the query API. */
export function readEnvelope(body: string): QueryAnswer {
  const json = parseJson(body);
  const failed = failure.safeParse(json);
  if (failed.success) return refusal(failed.data.errorType, failed.data.error);
  const size = sizeOf(json);
  if (size.series > MAX_SERIES)
    return tooLarge(`${size.series} series, at most ${MAX_SERIES} are read: aggregate them`);
  if (size.points > MAX_POINTS) return tooLarge(`${size.points} points, at most ${MAX_POINTS} are read`);
  const parsed = success.safeParse(json);
  if (!parsed.success) return malformed('the answer is not that of a Prometheus query API');
  return toAnswer(parsed.data);
}

/** What the server's own error says, if the body is one. */
export function readRefusal(body: string): QueryAnswer | undefined {
  const failed = failure.safeParse(parseJson(body));
  return failed.success ? refusal(failed.data.errorType, failed.data.error) : undefined;
}

function toAnswer(envelope: z.output<typeof success>): QueryAnswer {
  const { data } = envelope;
  if (holdsHistograms(data)) return malformed('the answer holds native histograms, which are not numbers');
  return { ok: true, series: toSeries(data), warnings: (envelope.warnings ?? []).map((text) => oneLine(text, 300)) };
}

function toSeries(data: z.output<typeof result>): QuerySeries[] {
  if (data.resultType === 'scalar') return [{ labels: {}, values: [data.result] }];
  if (data.resultType === 'matrix') return data.result.map(({ metric, values }) => ({ labels: metric, values }));
  return data.result.map(({ metric, value }) => ({ labels: metric, values: value ? [value] : [] }));
}

function holdsHistograms(data: z.output<typeof result>): boolean {
  if (data.resultType === 'scalar') return false;
  if (data.resultType === 'matrix') return data.result.some((series) => series.histograms !== undefined);
  return data.result.some((series) => series.value === undefined);
}

const CODES: Record<string, ReferenceErrorCode> = {
  bad_data: 'refused',
  execution: 'refused',
  timeout: 'timeout',
  canceled: 'timeout',
};

function refusal(errorType: string, error: string): QueryAnswer {
  const tooMuch = /too many samples|maximum resolution|too many points/.test(error);
  const code = tooMuch ? 'too-large' : (CODES[errorType] ?? 'http');
  return { ok: false, code, message: oneLine(`${errorType}: ${error}`, 200) };
}

function malformed(message: string): QueryAnswer {
  return { ok: false, code: 'malformed', message };
}

function tooLarge(message: string): QueryAnswer {
  return { ok: false, code: 'too-large', message };
}

function isNumberText(text: string): boolean {
  return /^([+-]?Inf|NaN)$/.test(text) || (text.trim() !== '' && Number.isFinite(Number(text)));
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Counted before the schema runs over it, so that a flood costs no more than its parsing. */
function sizeOf(json: unknown): { series: number; points: number } {
  const series = (json as { data?: { result?: unknown } } | undefined)?.data?.result;
  if (!Array.isArray(series)) return { series: 0, points: 0 };
  const points = series.reduce(
    (sum: number, one) => sum + ((one as { values?: unknown[] } | null)?.values?.length ?? 1),
    0,
  );
  return { series: series.length, points };
}
