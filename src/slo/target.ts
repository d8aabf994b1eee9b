import type { Measurable, Measured } from './indicators/measured.ts';
import { baselineReference, objectiveReference } from './instrument.ts';
import { measure, type Scope } from './measure.ts';
import type { BaselineSpec, Objective, Target, Unit } from './model/plan.ts';
import { formatValue, inUnit } from './model/quantity.ts';
import type { AppliedTarget, ReasonCode } from './model/report.ts';
import type { Recording } from './recording.ts';
import { referencePoints } from './reference.ts';
import { differenceInterval, type Measured as Resampled } from './stats/bootstrap.ts';
import { forStream } from './stats/random.ts';
import { applyStat, statName } from './stats/statistic.ts';
import { trafficOf } from './traffic.ts';

export const CONFIDENCE_LEVEL = 0.95;

/**
 * Fewer values than this on either side say nothing about a difference: resampling calls the means of two series of five different in one
 * case of four though they are alike, those of ten in one of eleven.
 */
const FEWEST_TO_INFER = 10;

/** The limit as it applies, with the interval of an inference where there is one; or the reason why there is no limit. */
export type AppliedLimit =
  | { ok: true; target: AppliedTarget; confidence?: { level: number; low: number; high: number }; notes: string[] }
  | { ok: false; reason: ReasonCode; text: string };

/** Works out an objective's limit: a constant, or a reference times a factor plus a quantity. */
export function applyTarget(objective: Objective, measured: Measured, scope: Scope): AppliedLimit {
  const { target, op } = objective.bound;
  if (target.kind === 'constant') {
    const value = inUnit(target.quantity, measured.unit);
    return {
      ok: true,
      target: { op, low: value, high: value, unit: measured.unit, text: target.quantity.text },
      notes: [],
    };
  }
  const reference = target.kind === 'baseline' ? fromBaseline(scope, target.baseline) : fromSteady(objective, scope);
  return reference.ok ? inferLimit(objective, target, measured, reference, scope) : reference;
}

type ReferenceValue =
  | { ok: true; low: number; high: number; point: number; resampled?: Resampled; name: string; notes: string[] }
  | { ok: false; reason: ReasonCode; text: string };

function fromBaseline(scope: Scope, name: string): ReferenceValue {
  const baseline = scope.plan.baselines.find((candidate) => candidate.name === name)!;
  const points = baselinePoints(scope.recording, baseline);
  if (!points.ok) return { ...points, text: `baseline ${name}: ${points.text}` };
  const value = applyStat(points.values, baseline.stat);
  return {
    ok: true,
    low: value,
    high: value,
    point: value,
    // One point says nothing about its own spread: what is compared with it is compared as with a constant.
    ...(baseline.lastMs > 0 && {
      resampled: { values: points.values, statistic: (drawn: Float64Array) => applyStat(drawn, baseline.stat) },
    }),
    name: baseline.lastMs > 0 ? `${statName(baseline.stat)} of baseline ${name}` : `baseline ${name}, one point`,
    notes: points.notes,
  };
}

/** A baseline's recorded points, or why it cannot be used. */
export function baselinePoints(recording: Recording, baseline: BaselineSpec) {
  const reference = recording.references.get(baselineReference(baseline.name));
  const end = reference && recording.header ? Date.parse(reference.end) - Date.parse(recording.header.startedAt) : 0;
  return referencePoints(reference, baseline.minPoints, end);
}

function fromSteady(objective: Objective, scope: Scope): ReferenceValue {
  const window = scope.times.phases.steady;
  if (!window || window.open)
    return { ok: false, reason: 'no-phase', text: 'the recording shows no whole steady phase to compare with' };
  const reference = objectiveReference(objective.name, experimentOf(scope.reference), 'steady');
  const steady: Measurable = measure(objective.indicator, { ...scope, window, reference });
  if (!steady.decidable) return { ok: false, reason: steady.reason, text: `steady phase: ${steady.text}` };
  const traffic = trafficOf({ indicator: objective.indicator }, steady, { ...scope, window });
  if (!traffic.enough) return { ok: false, reason: 'no-traffic', text: `steady phase: ${traffic.text}` };
  const point = steady.point ?? steady.low;
  return {
    ok: true,
    low: steady.low,
    high: steady.high,
    point,
    ...pickResampled(steady),
    name: 'the steady phase',
    notes: steady.notes,
  };
}

function pickResampled(measured: Measured): { resampled?: Resampled } {
  return measured.resampled ? { resampled: measured.resampled } : {};
}

function experimentOf(reference: string): string {
  return reference.slice(reference.indexOf('@') + 1);
}

/**
 * Puts all uncertainty on the measured side: the interval of `measured - limit` is shifted by the limit's point value, so that a
 * reader compares one interval with one limit. Missing slots widen it further.
 */
function inferLimit(
  objective: Objective,
  target: Extract<Target, { kind: 'baseline' | 'steady' }>,
  measured: Measured,
  reference: Extract<ReferenceValue, { ok: true }>,
  scope: Scope,
): AppliedLimit {
  const limitOf = (value: number): number =>
    value * target.times + (target.plus ? inUnit(target.plus, measured.unit) : 0);
  const limits = [limitOf(reference.low), limitOf(reference.high)].sort((a, b) => a - b) as [number, number];
  const point = limitOf(reference.point);
  const text = limitText(target, reference.name, point, measured.unit);
  const applied = { op: objective.bound.op, unit: measured.unit, text };
  if (!measured.resampled || !reference.resampled || measured.point === undefined)
    return { ok: true, target: { ...applied, low: limits[0], high: limits[1] }, notes: reference.notes };
  const fewest = Math.min(measured.resampled.values.length, reference.resampled.values.length);
  if (fewest < FEWEST_TO_INFER)
    return {
      ok: false,
      reason: 'too-few-answers',
      text: `${fewest} values are too few to compare (at least ${FEWEST_TO_INFER})`,
    };
  const random = forStream(scope.plan.seed, scope.reference);
  const difference = differenceInterval(measured.resampled, reference.resampled, limitOf, CONFIDENCE_LEVEL, random);
  const confidence = {
    level: CONFIDENCE_LEVEL,
    low: point + difference.low - (measured.point - measured.low) - (limits[1] - point),
    high: point + difference.high + (measured.high - measured.point) + (point - limits[0]),
  };
  return { ok: true, target: { ...applied, low: point, high: point }, confidence, notes: reference.notes };
}

function limitText(
  target: Extract<Target, { kind: 'baseline' | 'steady' }>,
  name: string,
  point: number,
  unit: Unit,
): string {
  const times = target.times === 1 ? '' : `${target.times} times `;
  const plus = target.plus ? ` plus ${target.plus.text}` : '';
  return `${formatValue(point, unit)} (${times}${name}${plus})`;
}
