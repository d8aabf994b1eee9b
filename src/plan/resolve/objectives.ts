import type { Expectation, Experiment, Indicator, Objective, PhaseName } from '../../slo/model/plan.ts';
import type { Path } from '../diagnostic.ts';
import * as schema from '../schema/objective.ts';
import { validate } from '../validate.ts';
import { checkKnown, entriesOf, isRecord, namesOf, type Placed, type Work } from '../work.ts';
import { resolveBound } from './bounds.ts';
import { resolveIndicator } from './indicators.ts';
import type { Subjects } from './subjects.ts';

/** Reads `spec.objectives`. */
export function resolveObjectives(
  work: Work,
  subjects: Subjects,
  experiments: readonly Placed<Experiment>[],
): Placed<Objective>[] {
  const ran = experiments.map(({ value }) => value);
  return entriesOf(work, 'objectives').flatMap(({ value, path }) => {
    const objective = resolveObjective(work, value, path, subjects, ran);
    return objective ? [{ value: objective, path }] : [];
  });
}

function resolveObjective(
  work: Work,
  entry: unknown,
  path: Path,
  subjects: Subjects,
  experiments: readonly Experiment[],
): Objective | undefined {
  const shape = validate(schema.objective, entry, path, work.problems);
  if (!isRecord(entry)) return undefined;
  checkExperiments(work, entry['experiments'], [...path, 'experiments'], experiments);
  const measured = resolveIndicator(work, entry['indicator'], [...path, 'indicator'], subjects);
  const bound = resolveBound(work, entry, path, measured);
  const phase = shape && measured && phaseOf(work, measured.indicator, shape.phase, path);
  if (!shape || !measured || !bound || !phase) return undefined;
  checkSteadyTarget(work, bound.target.kind, phase, path);
  return {
    name: shape.name,
    phase,
    indicator: measured.indicator,
    bound,
    severity: shape.severity ?? 'critical',
    ...(shape.experiments && { experiments: withSteps(shape.experiments, experiments) }),
    tolerateMissing: shape.tolerateMissing ?? 0,
    ...(shape.atLeastSeen !== undefined && { atLeastSeen: shape.atLeastSeen }),
    ...(shape.comparable && { comparable: true }),
    ...(shape.note !== undefined && { note: shape.note }),
  };
}

/** Reads `expect:` of an experiment. */
export function resolveExpectation(work: Work, raw: unknown, path: Path, subjects: Subjects): Expectation | undefined {
  const shape = validate(schema.expectation, raw, path, work.problems);
  if (!isRecord(raw)) return undefined;
  const measured = resolveIndicator(work, raw['indicator'], [...path, 'indicator'], subjects);
  const bound = resolveBound(work, raw, path, measured);
  if (!shape || !measured || !bound) return undefined;
  const { indicator } = measured;
  const phase = phaseOf(work, indicator, shape.phase ?? usualPhaseOfProof(indicator), path);
  if (!phase) return undefined;
  checkSteadyTarget(work, bound.target.kind, phase, path);
  return { phase, indicator, bound };
}

function checkExperiments(work: Work, named: unknown, path: Path, experiments: readonly Experiment[]): void {
  if (!Array.isArray(named)) return;
  const known = [...new Set([...namesOf(work, 'experiments'), ...experiments.map(({ name }) => name)])];
  for (const [index, name] of named.entries())
    if (typeof name === 'string') checkKnown(work, 'experiment', name, known, [...path, index]);
}

/** Who names an experiment means all its steps. */
function withSteps(named: readonly string[], experiments: readonly Experiment[]): string[] {
  const all = named.flatMap((name) => {
    const steps = experiments.filter(({ step }) => step?.of === name);
    return steps.length > 0 ? steps.map((step) => step.name) : [name];
  });
  return [...new Set(all)];
}

const PHASES_OF: Partial<Record<Indicator['kind'], readonly PhaseName[]>> = {
  timeToRecover: ['recovery'],
  timeToImpact: ['impact', 'fault'],
  inFlight: ['impact'],
  // Ends are told when an experiment is over: a gate that asked for them would never open.
  completeness: ['run', 'impact', 'fault', 'recovery'],
};

/** A mechanism shows while the fault holds; what exists in other phases only says so itself. */
function usualPhaseOfProof({ kind }: Indicator): PhaseName | undefined {
  return PHASES_OF[kind] ? undefined : 'fault';
}

/** Some indicators exist in certain phases only, and then need not say so. */
function phaseOf(work: Work, { kind }: Indicator, phase: PhaseName | undefined, path: Path): PhaseName | undefined {
  const allowed = PHASES_OF[kind];
  const chosen = phase ?? allowed?.[0];
  if (chosen === undefined) {
    work.problems.error([...path, 'phase'], 'this is missing', {
      allowed: schema.objective.shape.phase.unwrap().options.join(', '),
    });
    return undefined;
  }
  if (!allowed || allowed.includes(chosen)) return chosen;
  work.problems.error([...path, 'phase'], `${kind} has no meaning in this phase`, {
    found: chosen,
    allowed: allowed.join(', '),
  });
  return undefined;
}

function checkSteadyTarget(work: Work, target: string, phase: PhaseName, path: Path): void {
  if (target !== 'steady') return;
  const message = 'this compares the steady phase with itself';
  if (phase === 'steady') work.problems.error([...path, 'phase'], message, { allowed: 'fault, recovery, impact' });
  if (phase === 'run')
    work.problems.warning([...path, 'phase'], 'the run contains the steady phase that it is compared with');
}
