import { appliesTo, describeIndicator } from './describe.ts';
import type { Measurable, Measured } from './indicators/measured.ts';
import { objectiveReference } from './instrument.ts';
import { measure, type Scope } from './measure.ts';
import type { Offset } from './model/entry.ts';
import type { Experiment, Objective, Plan } from './model/plan.ts';
import type { Measurement, ObjectiveResult, ReasonCode } from './model/report.ts';
import { type ExperimentTimes, experimentTimes, type Window } from './phases.ts';
import type { Recording } from './recording.ts';
import { applyTarget } from './target.ts';
import { trafficOf } from './traffic.ts';
import { judgeMeasured } from './verdict.ts';

/** What the judge knows of one experiment before it looks at an objective. */
export interface ExperimentFacts {
  plan: Plan;
  recording: Recording;
  experiment: Experiment;
  times: ExperimentTimes;
  aborted?: string;
  /** For a run that still goes on. */
  asOf?: Offset;
}

/** Gathers what the recording says about an experiment. */
export function experimentFacts(
  plan: Plan,
  recording: Recording,
  experiment: Experiment,
  asOf?: Offset,
): ExperimentFacts {
  const facts: ExperimentFacts = {
    plan,
    recording,
    experiment,
    times: experimentTimes(recording, experiment.name, asOf),
  };
  if (asOf !== undefined) facts.asOf = asOf;
  if (recording.end?.cause === 'aborted' && isLastStarted(recording, experiment.name))
    facts.aborted = recording.end.reason ?? 'no reason was recorded';
  return facts;
}

function isLastStarted(recording: Recording, experiment: string): boolean {
  return recording.chaos.findLast((event) => event.state === 'started')?.experiment === experiment;
}

/** Judges one objective for one experiment, without regard to whether the fault was proven. */
export function judgeObjective(objective: Objective, facts: ExperimentFacts): ObjectiveResult {
  const window = facts.times.phases[objective.phase];
  if (!window || !hasOrigin(objective, facts.times)) return without(objective, facts, ...absentPhase(facts));
  const scope: Scope = {
    plan: facts.plan,
    recording: facts.recording,
    times: facts.times,
    window,
    tolerateMissing: objective.tolerateMissing,
    reference: objectiveReference(objective.name, facts.experiment.name),
    ...(facts.asOf !== undefined && { asOf: facts.asOf }),
  };
  const measured = measure(objective.indicator, scope);
  const result = judgeInScope(objective, measured, scope, facts);
  return cutShort(result, objective, measured, window, facts);
}

/** What speaks of a moment looks at what happened since the request: a damaged recording may lack either. */
function hasOrigin(
  { indicator: { kind } }: Objective,
  { phases, oneShot, injected, recovered }: ExperimentTimes,
): boolean {
  if (kind !== 'timeToRecover' && kind !== 'timeToImpact' && kind !== 'inFlight') return true;
  const origin = kind !== 'timeToRecover' || oneShot ? injected : recovered;
  return phases.impact !== undefined && origin !== undefined;
}

function judgeInScope(
  objective: Objective,
  measured: Measurable,
  scope: Scope,
  facts: ExperimentFacts,
): ObjectiveResult {
  const base = baseResult(objective, facts);
  const traffic = trafficOf(objective, measured, scope);
  if (!measured.decidable)
    return {
      ...base,
      verdict: 'inconclusive',
      reason: measured.reason,
      text: measured.text,
      measurement: { low: null, high: null, unit: measured.unit, ...measured.counts, seen: traffic.seen },
      notes: measured.notes,
    };
  const measurement = measurementOf(measured, traffic.seen);
  const limit = applyTarget(objective, measured, scope);
  if (!limit.ok)
    return {
      ...base,
      verdict: 'inconclusive',
      reason: limit.reason,
      text: limit.text,
      measurement,
      notes: measured.notes,
    };
  const judgedOn: Measured = limit.confidence
    ? { ...measured, low: limit.confidence.low, high: limit.confidence.high }
    : measured;
  const judged = judgeMeasured(judgedOn, objective.indicator, limit.target);
  const result: ObjectiveResult = {
    ...base,
    ...judged,
    measurement: { ...measurement, ...shownConfidence(limit.confidence) },
    target: limit.target,
    notes: [...measured.notes, ...limit.notes],
  };
  if (traffic.enough || judged.verdict !== 'pass') return result;
  return inconclusive(result, traffic.seen === 0 ? 'no-traffic' : 'too-little-traffic', traffic.text);
}

/** A pass over a window that the recording does not show to its end is none; nor one over a phase that an abort ended. */
function cutShort(
  result: ObjectiveResult,
  objective: Objective,
  measured: Measurable,
  window: Window,
  facts: ExperimentFacts,
): ObjectiveResult {
  if (facts.asOf !== undefined || failsForCertain(result, objective, measured)) return result;
  if (facts.aborted !== undefined && endedByAbort(objective, window, facts))
    return inconclusive(result, 'aborted', `the run was aborted: ${facts.aborted}`);
  if (window.open) return inconclusive(result, 'recording-cut', openText(facts));
  const short = shortfallMs(objective, facts);
  if (short > 0)
    return inconclusive(
      result,
      'phase-cut-short',
      `the recovery phase was ${Math.round(short)}ms shorter than planned`,
    );
  return result;
}

/** What reaches the end, and a fault that was removed before its time. */
function endedByAbort({ phase }: Objective, window: Window, { times, experiment }: ExperimentFacts): boolean {
  if (window.countsTo >= times.ended) return true;
  const { injected, recovering, recovered } = times;
  if (phase !== 'fault' || !injected || !recovering) return false;
  // A fault that strikes once and was seen to end is removed at that very moment; an abort removes first and sees the end later.
  if (times.oneShot) return recovered !== undefined && recovered.latest > recovering.latest;
  return recovering.latest - injected.earliest < experiment.durationMs - 1;
}

function openText({ times }: ExperimentFacts): string {
  return times.complete
    ? 'the recording does not show where this phase ends'
    : 'the recording ends before the experiment did';
}

/** A count above its limit stays above it, however the run would have gone on. */
function failsForCertain(result: ObjectiveResult, objective: Objective, measured: Measurable): boolean {
  return (
    result.verdict === 'fail' &&
    measured.decidable &&
    objective.indicator.kind === 'total' &&
    objective.bound.op === 'atMost' &&
    objective.bound.target.kind === 'constant'
  );
}

function shortfallMs(objective: Objective, { times, experiment }: ExperimentFacts): number {
  const recovery = times.phases.recovery;
  if (!recovery || objective.phase === 'steady' || objective.phase === 'fault') return 0;
  return Math.max(0, experiment.phases.recoveryMs - (recovery.to - recovery.from) - 1);
}

function absentPhase({ times, recording, experiment }: ExperimentFacts): [ReasonCode, string] {
  if (times.failed)
    return ['fault-not-injected', `the fault was not injected: ${times.failed.reason ?? 'no reason recorded'}`];
  const gate = recording.gates.find((decision) => decision.experiment === experiment.name && !decision.open);
  if (gate) return ['not-run', `not run: ${gate.reason ?? 'the gate was closed'}`];
  if (recording.end?.cause === 'aborted')
    return ['aborted', `the run was aborted: ${recording.end.reason ?? 'no reason recorded'}`];
  if (!recording.end) return ['recording-cut', 'the recording ends before this phase began'];
  return times.started ? ['no-phase', 'the recording shows no such phase'] : ['not-run', 'the experiment was not run'];
}

function without(objective: Objective, facts: ExperimentFacts, reason: ReasonCode, text: string): ObjectiveResult {
  return { ...baseResult(objective, facts), verdict: 'inconclusive', reason, text, notes: [] };
}

function baseResult(objective: Objective, { experiment }: ExperimentFacts) {
  return {
    objective: objective.name,
    experiment: experiment.name,
    phase: objective.phase,
    severity: objective.severity,
    indicator: describeIndicator(objective.indicator),
  };
}

function measurementOf(measured: Measured, seen: number): Measurement {
  return { low: finite(measured.low), high: finite(measured.high), unit: measured.unit, ...measured.counts, seen };
}

/** An interval without an end is no number: what was measured says why it has none. */
function shownConfidence(confidence: Measurement['confidence']): Pick<Measurement, 'confidence'> {
  return confidence && Number.isFinite(confidence.low) && Number.isFinite(confidence.high) ? { confidence } : {};
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Takes a verdict back, keeping what was measured. */
export function inconclusive(result: ObjectiveResult, reason: ReasonCode, text: string): ObjectiveResult {
  return { ...result, verdict: 'inconclusive', reason, text };
}

/** All objectives that speak of an experiment, judged. */
export function judgeAll(facts: ExperimentFacts): ObjectiveResult[] {
  return facts.plan.objectives
    .filter((objective) => appliesTo(objective, facts.experiment.name))
    .map((objective) => judgeObjective(objective, facts));
}
