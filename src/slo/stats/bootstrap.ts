import { quantileOfSorted } from './statistic.ts';

const RESAMPLES = 2000;

/** Values in the order of time and what is to be computed from them. */
export interface Measured {
  values: ArrayLike<number>;
  statistic: (values: Float64Array) => number;
}

/**
 * A confidence interval of `a - f(b)` by the moving-block bootstrap (Künsch 1989), which keeps the dependence between neighbours in a
 * time series: blocks of n^(1/3) values are drawn with replacement. `b` may be absent, then it is an interval of `a` alone. Seeded: the same
 * input gives the same interval.
 */
export function differenceInterval(
  a: Measured,
  b: Measured | undefined,
  limitOf: (reference: number) => number,
  level: number,
  random: () => number,
): { low: number; high: number } {
  const drawA = resampler(a, random);
  const drawB = b ? resampler(b, random) : () => Number.NaN;
  const differences = new Float64Array(RESAMPLES);
  for (let index = 0; index < RESAMPLES; index++) differences[index] = drawA() - limitOf(drawB());
  differences.sort();
  const tail = (1 - level) / 2;
  return { low: quantileOfSorted(differences, tail), high: quantileOfSorted(differences, 1 - tail) };
}

function resampler({ values, statistic }: Measured, random: () => number): () => number {
  const count = values.length;
  const block = Math.max(1, Math.round(count ** (1 / 3)));
  const starts = count - block + 1;
  const drawn = new Float64Array(count);
  return () => {
    for (let filled = 0; filled < count; ) {
      const start = Math.floor(random() * starts);
      for (let step = 0; step < block && filled < count; step++) drawn[filled++] = values[start + step]!;
    }
    return statistic(drawn);
  };
}
