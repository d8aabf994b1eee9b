import type { LoadedPlan } from '../../plan/load.ts';
import { RUNNER_VANTAGE } from '../../slo/model/entry.ts';
import type { Plan } from '../../slo/model/plan.ts';

const MOST_PLANS = 16;

/** The plans that have probes at the vantage. */
export interface Chosen {
  vantage: string;
  plans: readonly [LoadedPlan, ...LoadedPlan[]];
}

/** Of several plans those with probes there; a vantage that is not named must be the only one. */
export function choosePlans(
  plans: readonly LoadedPlan[],
  { vantage, only }: { vantage: string | undefined; only: string | undefined },
): Chosen | { problem: string } {
  const wanted = only === undefined ? plans : plans.filter(({ plan }) => plan.name === only);
  const names = plans.map(({ plan }) => plan.name).join(', ');
  if (wanted.length === 0) return { problem: `There is no plan ${only ?? ''} here, but: ${names || 'none'}` };
  const known = [...new Set(wanted.flatMap(({ plan }) => vantagesOf(plan)))];
  const name = vantage ?? (known.length === 1 ? known[0] : undefined);
  const [first, ...others] = wanted.filter(({ plan }) => name !== undefined && vantagesOf(plan).includes(name));
  if (name === undefined || !first) return { problem: noVantage(wanted, name, known) };
  const found = others.length + 1;
  if (found > MOST_PLANS)
    return { problem: `A process serves ${MOST_PLANS} plans at the most; ${found} have probes at ${name}` };
  return { vantage: name, plans: [first, ...others] };
}

function vantagesOf(plan: Plan): string[] {
  return plan.probes.map(({ at }) => at).filter((at) => at !== RUNNER_VANTAGE);
}

function noVantage(plans: readonly LoadedPlan[], name: string | undefined, known: readonly string[]): string {
  const which = name === undefined ? 'Which vantage?' : `No probe is at ${name}.`;
  const who = plans.length === 1 ? `The plan ${plans[0]!.plan.name} has` : `The ${plans.length} plans have`;
  const there = known.length === 0 ? 'no probe at any vantage but the runner' : `probes at: ${known.join(', ')}`;
  return `${which} ${who} ${there}`;
}
