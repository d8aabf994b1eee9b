import type { DriverType } from '../../chaos/contract.ts';
import type { Expectation, Experiment, PhaseLengths } from '../../slo/model/plan.ts';
import type { Path } from '../diagnostic.ts';
import * as schema from '../schema/faults.ts';
import { SECOND_MS } from '../schema/words.ts';
import { validate } from '../validate.ts';
import { entriesOf, isRecord, type Placed, plugInOf, type Work } from '../work.ts';
import { resolveConfig } from './config.ts';
import { type Ending, endingOf } from './ending.ts';
import { resolveExpectation } from './objectives.ts';
import { stepsOf } from './steps.ts';
import type { Subjects } from './subjects.ts';

const USUAL_PHASES: PhaseLengths = { steadyMs: 60 * SECOND_MS, recoveryMs: 90 * SECOND_MS, settleMs: 0 };

/** A config that its type's schema accepts, for what only the type can tell; also where the rest of the experiment is wrong. */
export interface ReadFault {
  type: DriverType;
  config: unknown;
  experiment: string;
  durationMs: number | undefined;
  ending: Ending;
  /** Whether the plan gives a proof of its own. */
  expected: boolean;
  path: Path;
}

export interface Experiments {
  specs: Placed<Experiment>[];
  faults: ReadFault[];
}

/** Reads `spec.phases`. */
export function resolvePhases(work: Work): PhaseLengths {
  return phasesFrom(work, work.spec['phases'], ['spec', 'phases'], USUAL_PHASES);
}

function phasesFrom(work: Work, raw: unknown, path: Path, usual: PhaseLengths): PhaseLengths {
  const shape = raw === undefined ? undefined : validate(schema.phases, raw, path, work.problems);
  return {
    steadyMs: shape?.steady ?? usual.steadyMs,
    recoveryMs: shape?.recovery ?? usual.recoveryMs,
    settleMs: shape?.settle ?? usual.settleMs,
  };
}

/** Reads `spec.experiments`, each step of one as an experiment of its own. */
export function resolveExperiments(work: Work, phases: PhaseLengths, subjects: Subjects): Experiments {
  const experiments: Experiments = { specs: [], faults: [] };
  for (const { value, path } of entriesOf(work, 'experiments'))
    resolveExperiment(work, { entry: value, path, usual: phases, subjects }, experiments);
  return experiments;
}

interface Entry {
  entry: unknown;
  path: Path;
  usual: PhaseLengths;
  subjects: Subjects;
}

function resolveExperiment(work: Work, { entry, path, usual, subjects }: Entry, into: Experiments): void {
  const word = isRecord(entry) ? entry['driver'] : undefined;
  const type = plugInOf(work, 'driver', word, work.registries.drivers, [...path, 'driver']);
  const shape = validate(schema.experiment, entry, path, work.problems);
  const phases = phasesFrom(work, isRecord(entry) ? entry['phases'] : undefined, [...path, 'phases'], usual);
  const parsed = type && resolveConfig(work, type, entry, path);
  const expect = expectOf(work, entry, path, subjects);
  if (!shape || !type || !parsed) return;
  const { config } = parsed;
  const ending = endingOf(work, type, config, shape.duration);
  const expected = shape.expect !== undefined;
  into.faults.push({ type, config, experiment: shape.name, durationMs: shape.duration, ending, expected, path });
  const durationMs = durationOf(work, type, ending, shape.duration, path);
  if (durationMs === undefined) return;
  const facts = { name: shape.name, driver: type.type, durationMs, oneShot: ending.kind === 'strikes-once' };
  const own = ending.kind === 'ends-by-itself' ? ({ endsByItself: true } as const) : {};
  const experiment: Experiment = { ...facts, ...own, phases, config, ...(expect && { expect }) };
  for (const value of stepsOf(work, type, experiment, shape.steps, path)) into.specs.push({ value, path });
}

function expectOf(work: Work, entry: unknown, path: Path, subjects: Subjects): Expectation | undefined {
  const raw = isRecord(entry) ? entry['expect'] : undefined;
  return raw === undefined ? undefined : resolveExpectation(work, raw, [...path, 'expect'], subjects);
}

const WHY_NO_DURATION = {
  'strikes-once': {
    message: 'strikes once and has no duration',
    hint: 'leave out "duration"; how long to look at its effect is phases.recovery',
  },
  'ends-by-itself': {
    message: 'ends by itself and has no duration of ours',
    hint: 'leave out "duration"; the longest that it may take is limits.maxFault',
  },
};

function durationOf(
  work: Work,
  type: DriverType,
  { kind }: Ending,
  duration: number | undefined,
  path: Path,
): number | undefined {
  if (kind !== 'is-ended') {
    const { message, hint } = WHY_NO_DURATION[kind];
    if (duration !== undefined)
      work.problems.error([...path, 'duration'], `this fault of ${type.type} ${message}`, { hint });
    return 0;
  }
  if (duration === undefined)
    work.problems.error([...path, 'duration'], 'this is missing', {
      allowed: 'how long the fault is to hold, such as 30s',
    });
  return duration;
}
