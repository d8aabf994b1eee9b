import { describe, expect, it } from 'vitest';
import { measureMergeError, type Shift } from './merge-error.ts';

const shifts: [what: string, shift: Shift, p95Ms: number][] = [
  ['a day ahead', { aheadMs: 86_400_000 }, 3],
  ['an hour behind, and drifting', { aheadMs: -3_600_000, driftPpm: 300 }, 4],
  ['at the end of a way that takes longer there than back', { aheadMs: 12_345, thereMs: 30, backMs: 2 }, 20],
];

describe('the times of a process on a clock that is', () => {
  it.each(shifts)('%s are merged within the bounds that are recorded', async (_, shift, p95Ms) => {
    const error = await measureMergeError(shift, 2000);

    expect(error.samples).toBeGreaterThan(40);
    expect(error.hold, JSON.stringify(error)).toBe(true);
    // Wide, since a machine that is busy delays the stamps themselves.
    expect(error.p50, JSON.stringify(error)).toBeLessThan(p95Ms);
  });
});
