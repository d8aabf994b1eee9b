const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

const DURATION = '[0-9][0-9a-z.]*';
const RANGE = new RegExp(String.raw`\[\s*(${DURATION})\s*(:[^\]]*)?\]`, 'g');
const OFFSET = new RegExp(String.raw`\boffset\s+(${DURATION})`, 'gi');

/**
 * How far back in time a PromQL expression may look, in ms: the longest range selector, plus every subquery's range, plus the longest
 * offset (with subqueries, which may have offsets inside one another: plus every offset). Never too small for selectors that stand side by
 * side or inside one another. Instant selectors count as 0.
 */
export function lookbackMs(query: string): number {
  const code = withoutTextsAndComments(query);
  const ranges = [...code.matchAll(RANGE)];
  const subqueries = ranges.filter(([, , resolution]) => resolution !== undefined).map(promDurationMs);
  const selectors = ranges.filter(([, , resolution]) => resolution === undefined).map(promDurationMs);
  const offsets = [...code.matchAll(OFFSET)].map(promDurationMs);
  return longest(selectors) + sum(subqueries) + (subqueries.length > 0 ? sum(offsets) : longest(offsets));
}

/** In one go, since either may hold what looks like the beginning of the other. */
function withoutTextsAndComments(query: string): string {
  return query.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#.*$/gm, ' ');
}

/** `1h30m`, or a bare number of seconds. */
function promDurationMs([, text]: RegExpExecArray): number {
  const seconds = Number(text);
  if (!Number.isNaN(seconds)) return seconds * 1000;
  let ms = 0;
  for (const [, count, unit] of text!.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)) ms += Number(count) * UNIT_MS[unit!]!;
  return ms;
}

function longest(durations: number[]): number {
  return Math.max(0, ...durations);
}

function sum(durations: number[]): number {
  return durations.reduce((total, duration) => total + duration, 0);
}
