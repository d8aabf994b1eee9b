import { describe, expect, it } from 'vitest';
import { lookbackMs } from '../../src/slo/promql-lookback.ts';

const MINUTE = 60_000;

const cases: Record<string, [query: string, ms: number]> = {
  'no range looks back over nothing': ['sum(up)', 0],
  'a range': ['rate(x[5m])', 5 * MINUTE],
  'a range of several units': ['rate(x[1h30m])', 90 * MINUTE],
  'a range with a fraction, as some sources take it': ['rate(x[1.5m])', 90_000],
  'a range as a bare number of seconds': ['rate(x[300])', 5 * MINUTE],
  'an offset as a bare number of seconds': ['x offset 60', MINUTE],
  'spaces inside the brackets': ['rate(x[ 30s ])', 30_000],
  'of selectors side by side the longest': ['rate(x[1m]) / rate(y[5m])', 5 * MINUTE],
  'a subquery on top of the range inside it': ['max_over_time(rate(x[5m])[30m:1m])', 35 * MINUTE],
  'a subquery without a resolution': ['max_over_time(rate(x[5m])[30m:])', 35 * MINUTE],
  'an offset on top of the range': ['rate(x[5m] offset 1h)', 65 * MINUTE],
  'of offsets side by side the longest': ['x offset 1h - x offset 2h', 120 * MINUTE],
  'offsets inside one another': ['max_over_time(rate(x[5m] offset 10m)[30m:1m] offset 1h)', 105 * MINUTE],
  'a keyword in capitals': ['rate(x[5m] OFFSET 1h)', 65 * MINUTE],
  'what looks like a range in a label is none': ['x{path="[5m]"}', 0],
  'what looks like a range in a comment is none': ['x # was rate(x[5m])', 0],
  'an apostrophe in a comment begins no text': ["x # don't\n + rate(y[5m]) # can't", 5 * MINUTE],
  'a hash in a label begins no comment': ['x{a="#"} + rate(y[5m])', 5 * MINUTE],
};

describe('how far a query looks back', () => {
  for (const [sentence, [query, ms]] of Object.entries(cases)) it(sentence, () => expect(lookbackMs(query)).toBe(ms));
});
