import type { BaselineSpec, Experiment, Objective, Plan } from '../../slo/model/plan.ts';
import type { KnownProbe } from '../resolve/probes.ts';
import type { Placed, Work } from '../work.ts';

/** A plan that reads well, with the places of what is looked at more closely. */
export interface Draft {
  work: Work;
  plan: Omit<Plan, 'digest'>;
  probes: Map<string, KnownProbe>;
  baselines: Placed<BaselineSpec>[];
  experiments: Placed<Experiment>[];
  objectives: Placed<Objective>[];
}

/** The experiments that an objective is judged in; of the steps of one, which differ in nothing but their intensity, the first. */
export function experimentsOf(draft: Draft, objective: Objective): Experiment[] {
  const named = objective.experiments;
  return draft.experiments
    .map(({ value }) => value)
    .filter(({ name, step }) => (!named || named.includes(name)) && step?.after === undefined);
}
