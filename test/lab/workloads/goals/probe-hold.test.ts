import { expect, test } from 'vitest';
import { holdingProbes } from '../../../../lab/workloads/goals/probe-hold.ts';

async function timeToRead(input: object, probeHoldMs: number): Promise<number> {
  const payload = { data: Buffer.from(JSON.stringify(input)) };
  const began = performance.now();
  expect(await holdingProbes({ probeHoldMs }).decode([payload])).toEqual([payload]);
  return performance.now() - began;
}

test('a capability probe is held, a goal run is not, and without a hold neither', async () => {
  const probe = { goalRunId: 'p', tenantId: 't', mode: 'CAPABILITY_PROBE' };
  expect(await timeToRead(probe, 150)).toBeGreaterThan(140);
  expect(await timeToRead({ goalRunId: 'g', tenantId: 't', steps: 2 }, 150)).toBeLessThan(100);
  expect(await timeToRead(probe, 0)).toBeLessThan(100);
});
