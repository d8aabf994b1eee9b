import type { ProbeSession } from '../../src/probes/contract.ts';
import { planOf, probeSpec } from '../scheduler/test-plan.ts';

/** Milliseconds on the clock that all processes of a machine share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

export const stampPlan = planOf([], [probeSpec({ at: 'gateway', intervalMs: 20 })]);

/** Each sample says when it was really taken. */
export const stampSession: ProbeSession = {
  sample: async () => ({ outcome: 'good', values: { ms: machineMs() } }),
  close: async () => {},
};
