import type { Offset, ReferenceErrorCode } from '../slo/model/entry.ts';

/** One series of an answer. Values are strings as Prometheus sends them, so that NaN and Inf survive; times are Unix seconds. */
export interface QuerySeries {
  labels: Record<string, string>;
  values: [unixSeconds: number, value: string][];
}

/** An answer, or why there is none. A caller never needs to catch: trouble is data. */
export type QueryAnswer =
  | { ok: true; series: QuerySeries[]; warnings: string[] }
  | { ok: false; code: ReferenceErrorCode; message: string };

/** A source of numbers that understands PromQL. Never throws on trouble with the server. */
export interface QueryClient {
  /** The address without secrets, for messages. */
  readonly address: string;
  /** Evaluates at one moment; at the server's own time when `unixSeconds` is absent. A scalar becomes one series without labels. */
  instant(query: string, signal: AbortSignal, unixSeconds?: number): Promise<QueryAnswer>;
  /** Evaluates over a range, `start` and `end` in Unix seconds, step in seconds. */
  range(query: string, start: number, end: number, stepSeconds: number, signal: AbortSignal): Promise<QueryAnswer>;
  close(): void;
}

/** Turns Unix seconds into an offset of the run. */
export function toOffset(unixSeconds: number, runStartUnixMs: number): Offset {
  return unixSeconds * 1000 - runStartUnixMs;
}
