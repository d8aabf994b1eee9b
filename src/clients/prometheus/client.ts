import type { ReferenceErrorCode } from '../../slo/model/entry.ts';
import {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpTrouble,
  type HttpTroubleCode,
} from '../http.ts';
import type { QueryAnswer, QueryClient } from '../query.ts';
import { readEnvelope, readRefusal } from './envelope.ts';

/** Prometheus refuses to answer with more points per series. */
export const MAX_POINTS_PER_SERIES = 11_000;

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** A client of the query API of Prometheus and of those that speak like it. Rejects only where a file of the options cannot be read. */
export async function createPrometheusClient(options: HttpClientOptions): Promise<QueryClient> {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const http = await createHttpClient({ maxResponseBytes: MAX_ANSWER_BYTES, ...options, baseUrl });
  return {
    address: http.address,
    instant: (query, signal, unixSeconds) =>
      ask(
        http,
        '/api/v1/query',
        { query, ...(unixSeconds === undefined ? {} : { time: seconds(unixSeconds) }) },
        signal,
      ),
    range: (query, start, end, stepSeconds, signal) => askRange(http, query, start, end, stepSeconds, signal),
    close: () => http.close(),
  };
}

async function askRange(
  http: HttpClient,
  query: string,
  start: number,
  end: number,
  stepSeconds: number,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  const points = Math.floor((end - start) / stepSeconds) + 1;
  if (!(points >= 1)) return { ok: false, code: 'refused', message: 'the range is empty' };
  if (points > MAX_POINTS_PER_SERIES) return tooManyPoints(points);
  const form = { query, start: seconds(start), end: seconds(end), step: seconds(stepSeconds) };
  return ask(http, '/api/v1/query_range', form, signal);
}

async function ask(
  http: HttpClient,
  path: string,
  form: Record<string, string>,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  const answer = await http.request(
    {
      method: 'POST',
      path,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
      repeatable: true,
    },
    signal,
  );
  return answer.ok ? readEnvelope(answer.body) : toQueryTrouble(answer);
}

const CODES: Record<HttpTroubleCode, ReferenceErrorCode> = {
  refused: 'unreachable',
  dns: 'unreachable',
  unreachable: 'unreachable',
  reset: 'unreachable',
  tls: 'unreachable',
  timeout: 'timeout',
  aborted: 'timeout',
  'too-large': 'too-large',
  malformed: 'malformed',
  redirects: 'http',
  credentials: 'http',
  status: 'http',
};

function toQueryTrouble(trouble: HttpTrouble): QueryAnswer {
  const refusal = trouble.body === undefined ? undefined : readRefusal(trouble.body);
  return refusal ?? { ok: false, code: CODES[trouble.code], message: trouble.message };
}

function tooManyPoints(points: number): QueryAnswer {
  const message = `${points} points per series, at most ${MAX_POINTS_PER_SERIES} are answered: use a larger step`;
  return { ok: false, code: 'too-large', message };
}

/** Plain decimals: the API does not read exponents everywhere. */
function seconds(value: number): string {
  return String(Number(value.toFixed(3)));
}
