import type { Budgets } from '../../scheduler/budgets.ts';
import { FRESH_BOOKS_MS } from '../../scheduler/vantages.ts';
import type { Experiment, Plan } from '../../slo/model/plan.ts';

/** How long the phases of a plan take together. */
export function usualRunMs(plan: Plan): number {
  return sum(plan.experiments.map(({ phases, durationMs }) => phases.steadyMs + durationMs + phases.recoveryMs));
}

/** The longest that a run can take, with every limit used up and every plug-in as slow as it is allowed to be. */
export function longestRunMs(plan: Plan, budgets: Budgets): number {
  const before = plan.baselines.length > 0 ? budgets.collectMs : 0;
  const meeting = plan.vantages.length > 0 ? budgets.prepareMs + FRESH_BOOKS_MS + budgets.vantageMs : 0;
  return meeting + before + sum(plan.experiments.map((experiment) => longestExperimentMs(plan, experiment, budgets)));
}

function longestExperimentMs(plan: Plan, { phases }: Experiment, budgets: Budgets): number {
  const slowestSampleMs = Math.max(0, ...plan.probes.map(({ timeoutMs }) => timeoutMs));
  const vantageMs = plan.vantages.length > 0 ? budgets.vantageMs + slowestSampleMs : 0;
  const gateMs = slowestSampleMs + 2 * vantageMs + budgets.collectMs + 2 * budgets.prepareMs;
  const removalMs =
    budgets.injectGraceMs + budgets.strayInjectionMs + 2 * longestRemovalMs(budgets) + budgets.evidenceMs;
  const windDownMs =
    slowestSampleMs + 2 * vantageMs + phases.settleMs + budgets.drainMs + budgets.collectMs + budgets.closeMs;
  return phases.steadyMs + gateMs + plan.limits.maxFaultMs + removalMs + phases.recoveryMs + windDownMs;
}

/** Every attempt to its end, with the pauses in between: half a second, doubled each time. */
function longestRemovalMs({ recoverMs, recoverAttempts }: Budgets): number {
  return recoverAttempts * recoverMs + 500 * (2 ** (recoverAttempts - 1) - 1);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
