import type { Experiment, Indicator, Objective, ProbeSpec } from '../../slo/model/plan.ts';
import { formatDuration } from '../../slo/model/quantity.ts';
import { answersNeeded, phaseLengthMs, slotsIn } from '../phase-lengths.ts';
import type { Placed } from '../work.ts';
import { type Draft, experimentsOf } from './lint.ts';

/** Warns where phases are too short for what an objective has to see in them. */
export function checkSampling(draft: Draft): void {
  for (const objective of draft.objectives)
    for (const experiment of experimentsOf(draft, objective.value)) checkObjective(draft, objective, experiment);
}

function checkObjective(draft: Draft, { value: objective, path }: Placed<Objective>, experiment: Experiment): void {
  const { indicator, phase } = objective;
  const probe = 'probe' in indicator ? draft.plan.probes.find(({ name }) => name === indicator.probe) : undefined;
  const lengthMs = phaseLengthMs(phase, experiment);
  if (experiment.oneShot && lengthMs === undefined && (indicator.kind === 'ratio' || indicator.kind === 'quantile')) {
    draft.work.problems.warning(
      [...path, 'phase'],
      `the fault of ${experiment.name} strikes once: its fault phase may hold few samples`,
      {
        hint: 'phase: impact',
      },
    );
    return;
  }
  if (!probe || lengthMs === undefined) return;
  const needed = slotsNeeded(indicator);
  const slots = slotsIn(lengthMs, probe.intervalMs);
  if (slots < needed.slots)
    draft.work.problems.warning(path, `too few slots in phase ${phase} of ${experiment.name}: ${needed.why}`, {
      found: `${slots} slots of ${probe.name} (${formatDuration(lengthMs)} at ${formatDuration(probe.intervalMs)})`,
      allowed: `at least ${needed.slots}`,
      hint: 'a longer phase or a shorter interval',
    });
  if (indicator.kind === 'timeToRecover' || indicator.kind === 'timeToImpact')
    checkTimeLimit(draft, objective, path, probe, lengthMs);
}

function slotsNeeded(indicator: Indicator): { slots: number; why: string } {
  if (indicator.kind === 'quantile') {
    const slots = answersNeeded(indicator.q);
    return { slots, why: `quantile ${indicator.q} needs ${slots} ${slots === 1 ? 'answer' : 'answers'}` };
  }
  if (indicator.kind === 'timeToRecover' || indicator.kind === 'timeToImpact')
    return { slots: indicator.successThreshold, why: `successThreshold is ${indicator.successThreshold}` };
  return { slots: 1, why: 'it may hold none' };
}

function checkTimeLimit(
  draft: Draft,
  objective: Objective,
  path: Placed<Objective>['path'],
  probe: ProbeSpec,
  lengthMs: number,
): void {
  const { op, target } = objective.bound;
  if (target.kind !== 'constant') return;
  const limitMs = target.quantity.value;
  const at = [...path, op];
  if (limitMs > lengthMs)
    draft.work.problems.warning(at, `the limit lies beyond the phase, so that it can never be missed for sure`, {
      found: target.quantity.text,
      allowed: `at most ${formatDuration(lengthMs)}`,
      hint: `a longer phase ${objective.phase}`,
    });
  if (limitMs > 0 && limitMs < probe.intervalMs)
    draft.work.problems.warning(at, `this cannot be decided finer than the interval of ${probe.name}`, {
      found: target.quantity.text,
      allowed: `at least ${formatDuration(probe.intervalMs)}`,
      hint: 'a shorter interval',
    });
}
