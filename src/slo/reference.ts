import type { Reference, ReferenceErrorCode } from './model/entry.ts';
import { formatDuration } from './model/quantity.ts';
import type { ReasonCode } from './model/report.ts';

/** The usable points of an answer, in the order of time, or the one reason why there are none. */
export type ReferencePoints =
  | { ok: true; times: number[]; values: number[]; notes: string[] }
  | { ok: false; reason: ReasonCode; text: string };

const ERROR_REASONS: Record<ReferenceErrorCode, ReasonCode> = {
  http: 'reference-http',
  timeout: 'reference-timeout',
  unreachable: 'reference-unreachable',
  refused: 'reference-refused',
  malformed: 'reference-malformed',
  'too-large': 'reference-too-large',
};

/** A share of NaN points above this leaves the answer without meaning. */
const MOST_NAN = 0.5;

/**
 * Reads one answer: exactly one series, no partial answer, no infinity, not stale, enough finite points. NaN points (no traffic at
 * that time) are left out and said, up to half of them.
 */
export function referencePoints(
  reference: Reference | undefined,
  minPoints: number,
  endUnixMs: number,
): ReferencePoints {
  if (!reference) return no('reference-missing', 'the recording holds no answer to this query');
  if (reference.error !== undefined) return no(errorReason(reference.error), reference.error);
  if (reference.warnings && reference.warnings.length > 0)
    return no('reference-partial', `the source warned of a partial answer: ${reference.warnings[0]}`);
  const [series, ...others] = reference.series;
  if (!series || series.values.length === 0) return no('reference-empty', 'the source has no data for this query');
  if (others.length > 0)
    return no('reference-ambiguous', `${others.length + 1} series instead of one: aggregate them in the query`);
  return finitePoints(reference, series.values, minPoints, endUnixMs);
}

function finitePoints(
  reference: Reference,
  points: [number, string][],
  minPoints: number,
  endOffset: number,
): ReferencePoints {
  const times: number[] = [];
  const values: number[] = [];
  for (const [time, text] of points) {
    const value = sampleValue(text);
    if (value === undefined) return no('reference-malformed', `'${text.slice(0, 40)}' is not a number`);
    if (Math.abs(value) === Number.POSITIVE_INFINITY) return no('reference-inf', 'the answer holds an infinite value');
    if (Number.isNaN(value)) continue;
    times.push(time);
    values.push(value);
  }
  const nan = points.length - values.length;
  if (nan > points.length * MOST_NAN) return no('reference-nan', `${nan} of ${points.length} points are NaN`);
  const stale = staleness(reference, points, endOffset);
  if (stale !== undefined) return no('reference-stale', `the newest point is ${formatDuration(stale)} old`);
  if (values.length < minPoints)
    return no('reference-too-few', `${values.length} points, and at least ${minPoints} are needed`);
  return { ok: true, times, values, notes: nan > 0 ? [`${nan} of ${points.length} reference points were NaN`] : [] };
}

/** Age of the newest point at the window's end, if it is more than three steps (and five seconds) old. */
function staleness(reference: Reference, points: [number, string][], endOffset: number): number | undefined {
  if (reference.step === 0) return undefined;
  const newest = points[points.length - 1]![0];
  const age = endOffset - newest;
  return age > Math.max(5000, 3 * reference.step * 1000) ? age : undefined;
}

/** Numbers as Prometheus writes them. */
export function sampleValue(text: string): number | undefined {
  if (text === 'NaN') return Number.NaN;
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}

function errorReason(error: string): ReasonCode {
  const code = error.slice(0, error.indexOf(':')) as ReferenceErrorCode;
  return ERROR_REASONS[code] ?? 'reference-http';
}

function no(reason: ReasonCode, text: string): ReferencePoints {
  return { ok: false, reason, text };
}
