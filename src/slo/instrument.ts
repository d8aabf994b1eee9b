import type { Objective, Plan, ProbeSpec } from './model/plan.ts';

/** The probe that an objective's indicator measures with; `undefined` for a query. The loader has checked that it exists. */
export function probeOf(plan: Plan, indicator: Objective['indicator']): ProbeSpec | undefined {
  return indicator.kind === 'query' ? undefined : probeNamed(plan, indicator.probe);
}

export function probeNamed({ probes }: Plan, name: string): ProbeSpec | undefined {
  return probes.find((probe) => probe.name === name);
}

/** The name of the recorded answer to an objective's own query. */
export function objectiveReference(objective: string, experiment: string, phase?: 'steady'): string {
  return `objective:${objective}@${experiment}${phase ? ':steady' : ''}`;
}

export function baselineReference(baseline: string): string {
  return `baseline:${baseline}`;
}
