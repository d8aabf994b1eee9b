const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/**
 * How far back in time a PromQL expression may look, in ms: the longest range selector, plus every subquery's range, plus the longest
 * offset. Never too small for selectors that stand side by side or inside one another. Instant selectors count as 0.
 */
export function lookbackMs(query: string): number {
  const code = query.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '""').replace(/#.*$/gm, '');
  let longestRange = 0;
  let subqueries = 0;
  let longestOffset = 0;
  for (const [, range, resolution] of code.matchAll(/\[\s*([0-9a-z]+)\s*(:[^\]]*)?\]/g)) {
    const ms = promDurationMs(range!);
    if (resolution === undefined) longestRange = Math.max(longestRange, ms);
    else subqueries += ms;
  }
  for (const [, offset] of code.matchAll(/\boffset\s+([0-9a-z]+)/g))
    longestOffset = Math.max(longestOffset, promDurationMs(offset!));
  return longestRange + subqueries + longestOffset;
}

function promDurationMs(text: string): number {
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) ms += Number(count) * UNIT_MS[unit!]!;
  return ms;
}
