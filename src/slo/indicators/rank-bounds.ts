/** The quantile of values of which some are missing and may lie anywhere in a range: all at its least, or all at its greatest. */
export function boundsWithMissing(
  sorted: ArrayLike<number>,
  missing: number,
  q: number,
  [least, greatest]: [number, number],
): { low: number; high: number } {
  const count = sorted.length + missing;
  const rank = Math.min(count, Math.max(1, Math.ceil(q * count - 1e-9)));
  return {
    low: rank <= missing ? least : sorted[rank - missing - 1]!,
    high: rank <= sorted.length ? sorted[rank - 1]! : greatest,
  };
}
