import { answersNeeded, phaseLengthMs } from '../../plan/phase-lengths.ts';
import { describeIndicator } from '../../slo/describe.ts';
import type { Bound, GoodRule, Indicator, Objective, Plan, ProbeSpec } from '../../slo/model/plan.ts';
import { formatDuration, formatValue } from '../../slo/model/quantity.ts';

/** An objective in words, as the cells of a row. */
export function objectiveInWords(objective: Objective): string[] {
  const { name, severity, phase, indicator, bound, experiments, tolerateMissing, atLeastSeen } = objective;
  const clauses = [`${describeIndicator(indicator)} is ${boundInWords(bound)}${goodInWords(indicator)}`];
  if (experiments) clauses.push(`only in ${experiments.join(', ')}`);
  if (tolerateMissing > 0) clauses.push(`up to ${formatValue(tolerateMissing, 'ratio')} of the slots may be missing`);
  if (atLeastSeen !== undefined) clauses.push(`decidable from ${atLeastSeen} seen`);
  return [name, severity, phase, clauses.join('; ')];
}

function boundInWords({ op, target }: Bound): string {
  const word = op === 'atLeast' ? 'at least' : 'at most';
  if (target.kind === 'constant') return `${word} ${target.quantity.text}`;
  const reference = target.kind === 'steady' ? 'what it was in the steady phase' : `the baseline ${target.baseline}`;
  const times = target.times === 1 ? '' : `${target.times} times `;
  return `${word} ${times}${reference}${target.plus ? ` plus ${target.plus.text}` : ''}`;
}

function goodInWords(indicator: Indicator): string {
  const good = 'good' in indicator ? indicator.good : undefined;
  return good ? `, good where ${rulesInWords(good)}` : '';
}

function rulesInWords(good: GoodRule): string {
  const rules = Object.entries(good).map(([value, { atLeast, atMost }]) => {
    const limits = [atLeast && `at least ${atLeast.text}`, atMost && `at most ${atMost.text}`];
    return `${value} is ${limits.filter((limit) => limit !== undefined).join(' and ')}`;
  });
  return rules.join(' and ');
}

/** What the plan says of its limits. */
export function notesOf({ objectives }: Plan): string[] {
  return objectives.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`]));
}

/** Where the plan itself bounds how fine an objective can be decided. */
export function floorsInWords(plan: Plan): string[] {
  return plan.objectives.flatMap((objective) => {
    const { indicator } = objective;
    if (indicator.kind === 'query') return [];
    const probe = plan.probes.find(({ name }) => name === indicator.probe);
    const floor = probe && floorOf(plan, objective, probe);
    return floor === undefined ? [] : [`${objective.name}: ${floor}`];
  });
}

function floorOf(plan: Plan, { indicator, phase }: Objective, probe: ProbeSpec): string | undefined {
  const interval = formatDuration(probe.intervalMs);
  if (indicator.kind === 'timeToRecover' || indicator.kind === 'timeToImpact')
    return `cannot be decided finer than the interval of ${probe.name}, ${interval}; ${indicator.successThreshold} good samples take ${formatDuration(indicator.successThreshold * probe.intervalMs)}`;
  if (indicator.kind === 'quantile')
    return `needs ${answersNeeded(indicator.q)} answers of ${probe.name}, which take ${formatDuration(answersNeeded(indicator.q) * probe.intervalMs)}`;
  const lengths = plan.experiments
    .map((experiment) => phaseLengthMs(phase, experiment))
    .filter((ms) => ms !== undefined);
  if (indicator.kind !== 'ratio' || lengths.length === 0) return undefined;
  const slots = Math.max(1, Math.floor(Math.min(...lengths) / probe.intervalMs));
  return `one slot of ${probe.name} is ${formatValue(1 / slots, 'ratio')} of its phase`;
}
