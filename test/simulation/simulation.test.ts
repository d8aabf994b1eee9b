import { describe, expect, test } from 'vitest';
import { invariants } from './invariants.ts';
import { simulate } from './simulate.ts';

/** `SIM_SEEDS=5000` tries more worlds, `SIM_SEEDS=1 SIM_FIRST=4711` only that one. */
const FIRST_SEED = Number(process.env['SIM_FIRST'] ?? 1);
const SEEDS = Number(process.env['SIM_SEEDS'] ?? 400);
const BATCHES = 8;

describe('in every simulated world each invariant holds', () => {
  test.each(batches())('seeds %i to %i', { timeout: 600_000 }, async (from, to) => {
    for (let seed = from; seed <= to; seed++) {
      const history = await simulate(seed).catch((error) => Promise.reject(new Error(`seed ${seed}: ${error}`)));
      const broken = invariants.flatMap(({ name, check }) => {
        const problem = check(history);
        return problem === undefined ? [] : [`seed ${seed}: not true that ${name} (${problem})`];
      });
      expect(broken).toEqual([]);
    }
  });
});

describe('the same seed', () => {
  test.each([11, 12, 13, 14, 15, 16, 17, 18, 19, 20])('gives the same bytes twice: %i', async (seed) => {
    const once = await simulate(seed);
    const again = await simulate(seed);

    expect(Buffer.from(again.bytes).equals(Buffer.from(once.bytes))).toBe(true);
  });
});

function batches(): [number, number][] {
  const size = Math.ceil(SEEDS / BATCHES);
  const starts = Array.from({ length: Math.ceil(SEEDS / size) }, (_, i) => FIRST_SEED + i * size);
  return starts.map((from) => [from, Math.min(from + size, FIRST_SEED + SEEDS) - 1]);
}
