import type { Stat } from '../model/plan.ts';

/** The smallest value that at least a share `q` of the values do not exceed (an order statistic, no interpolation). Sorted input. */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  const rank = Math.max(1, Math.ceil(q * sorted.length - 1e-9));
  return sorted[Math.min(rank, sorted.length) - 1]!;
}

/** Applies a statistic to values in the order of time. NaN for no values. */
export function applyStat(values: ArrayLike<number>, stat: Stat): number {
  if (values.length === 0) return Number.NaN;
  if (typeof stat === 'object') return quantileOfSorted(sortedCopy(values), stat.quantile);
  switch (stat) {
    case 'median':
      return quantileOfSorted(sortedCopy(values), 0.5);
    case 'mean':
      return mean(values);
    case 'max':
      return Math.max(...minMax(values));
    case 'min':
      return Math.min(...minMax(values));
    case 'first':
      return values[0]!;
    case 'last':
      return values[values.length - 1]!;
  }
}

export function sortedCopy(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}

function minMax(values: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    low = Math.min(low, values[index]!);
    high = Math.max(high, values[index]!);
  }
  return [low, high];
}

/** The name of a statistic, for sentences. */
export function statName(stat: Stat): string {
  return typeof stat === 'object' ? `${Number((stat.quantile * 100).toFixed(4))}th percentile` : stat;
}
