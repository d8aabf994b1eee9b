import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forStream } from '../../src/scheduler/random.ts';

function draws(seed: number, name: string, count = 50): number[] {
  const random = forStream(seed, name);
  return Array.from({ length: count }, random);
}

describe('seeded chance', () => {
  test('gives numbers in [0, 1), the same for the same seed and name', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), fc.string(), (seed, name) => {
        const row = draws(seed, name);
        for (const number of row) expect(number >= 0 && number < 1).toBe(true);
        expect(draws(seed, name)).toEqual(row);
      }),
    );
  });

  test('differs for another name and for a neighbouring seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (seed) => {
        expect(draws(seed, 'a')).not.toEqual(draws(seed, 'b'));
        expect(draws(seed, 'a')[0]).not.toBe(draws(seed + 1, 'a')[0]);
      }),
    );
  });

  test('spreads evenly', () => {
    const row = draws(7, 'spread', 20_000);
    const tenths = Array.from({ length: 10 }, (_, i) => row.filter((number) => Math.floor(number * 10) === i).length);
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});
