import { expect, test } from 'vitest';
import { createBackoff } from '../../../../lab/workloads/gateway/backoff.ts';

test('waiting times double up to the longest, and begin anew after a success', () => {
  const backoff = createBackoff(1_000, 30_000);
  expect(Array.from({ length: 7 }, backoff.nextMs)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  backoff.reset();
  expect(backoff.nextMs()).toBe(1_000);
});
