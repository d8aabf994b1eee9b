import type { DriverType } from '../../chaos/contract.ts';
import type { Expectation, Experiment, PhaseLengths } from '../../slo/model/plan.ts';
import type { Path } from '../diagnostic.ts';
import * as schema from '../schema/faults.ts';
import { SECOND_MS } from '../schema/words.ts';
import { validate } from '../validate.ts';
import { entriesOf, isRecord, type Placed, plugInOf, type Work } from '../work.ts';
import { resolveConfig } from './config.ts';
import { resolveExpectation } from './objectives.ts';
import type { Subjects } from './subjects.ts';

const USUAL_PHASES: PhaseLengths = { steadyMs: 60 * SECOND_MS, recoveryMs: 90 * SECOND_MS, settleMs: 0 };

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

/** Reads `spec.experiments`. */
export function resolveExperiments(work: Work, phases: PhaseLengths, subjects: Subjects): Placed<Experiment>[] {
  return entriesOf(work, 'experiments').flatMap(({ value, path }) => {
    const experiment = resolveExperiment(work, value, path, phases, subjects);
    return experiment ? [{ value: experiment, path }] : [];
  });
}

function resolveExperiment(
  work: Work,
  entry: unknown,
  path: Path,
  usual: PhaseLengths,
  subjects: Subjects,
): Experiment | undefined {
  const word = isRecord(entry) ? entry['driver'] : undefined;
  const type = plugInOf(work, 'driver', word, work.registries.drivers, [...path, 'driver']);
  const shape = validate(schema.experiment, entry, path, work.problems);
  const phases = phasesFrom(work, isRecord(entry) ? entry['phases'] : undefined, [...path, 'phases'], usual);
  const parsed = type && resolveConfig(work, type, entry, path);
  const expect = expectOf(work, entry, path, subjects);
  if (!shape || !type || !parsed) return undefined;
  const oneShot = strikesOnce(work, type, parsed.config, shape.duration);
  const durationMs = durationOf(work, type, oneShot, shape.duration, path);
  if (durationMs === undefined) return undefined;
  const facts = { name: shape.name, driver: type.type, durationMs, oneShot, phases, config: parsed.config };
  return { ...facts, ...(expect && { expect }) };
}

/** A recorded plan's masked config may not be what the type takes for granted; its duration then tells. */
function strikesOnce(work: Work, type: DriverType, config: unknown, duration: number | undefined): boolean {
  if (!work.masked) return type.oneShot(config);
  try {
    return type.oneShot(config);
  } catch {
    return duration === undefined;
  }
}

function expectOf(work: Work, entry: unknown, path: Path, subjects: Subjects): Expectation | undefined {
  const raw = isRecord(entry) ? entry['expect'] : undefined;
  return raw === undefined ? undefined : resolveExpectation(work, raw, [...path, 'expect'], subjects);
}

function durationOf(
  work: Work,
  type: DriverType,
  oneShot: boolean,
  duration: number | undefined,
  path: Path,
): number | undefined {
  if (oneShot && duration !== undefined)
    work.problems.error([...path, 'duration'], `this fault of ${type.type} strikes once and has no duration`, {
      hint: 'leave out "duration"; how long to look at its effect is phases.recovery',
    });
  if (oneShot) return 0;
  if (duration === undefined)
    work.problems.error([...path, 'duration'], 'this is missing', {
      allowed: 'how long the fault is to hold, such as 30s',
    });
  return duration;
}
