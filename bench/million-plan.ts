import type { Plan } from '../src/slo/model/plan.ts';
import { atLeast, atMost, experiment, objective, plan, probe } from '../test/slo/build.ts';

export const PROBES = 20;
export const SLOTS = 50_000;

/** Twenty probes at 5 Hz for nearly three hours, with an objective of each costly kind on every probe. */
export function millionPlan(): Plan {
  const probes = Array.from({ length: PROBES }, (_, index) => probe(`probe-${index}`, { intervalMs: 200 }));
  const total = SLOTS * 200;
  return plan({
    seed: 1,
    probes,
    experiments: [experiment('outage', { phases: { steadyMs: total * 0.3, recoveryMs: total * 0.5, settleMs: 0 } })],
    objectives: probes.flatMap(({ name }) => [
      objective(`${name}-before`, { phase: 'steady', indicator: { kind: 'ratio', probe: name }, bound: atLeast(1) }),
      objective(`${name}-p99`, {
        indicator: { kind: 'quantile', probe: name, value: 'latencyMs', q: 0.99 },
        bound: atMost(100),
      }),
      objective(`${name}-recovers`, {
        indicator: { kind: 'timeToRecover', probe: name, successThreshold: 3, failureThreshold: 1 },
        bound: atMost(30_000),
      }),
    ]),
  });
}
