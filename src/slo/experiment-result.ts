import type { ExperimentFacts } from './judge-objective.ts';
import type { PhaseName } from './model/plan.ts';
import type { ExperimentResult, PhaseSpan } from './model/report.ts';
import { evidenceOf } from './proof.ts';

/** What the report says about an experiment itself. */
export function experimentResult(facts: ExperimentFacts, proof: ExperimentResult['proof']): ExperimentResult {
  const { experiment, times } = facts;
  const result: ExperimentResult = {
    experiment: experiment.name,
    driver: experiment.driver,
    oneShot: times.oneShot || experiment.oneShot,
    ...statusOf(facts),
    proof,
    phases: spansOf(facts),
    evidence: evidenceOf(facts),
  };
  if (times.requested && times.injected) result.injectionMs = times.injected.latest - times.requested.latest;
  if (times.recovering && times.recovered) result.removalMs = times.recovered.latest - times.recovering.latest;
  if (times.leftBehind) result.leftBehind = times.leftBehind.reason ?? 'the fault may still be there';
  return result;
}

function statusOf({
  times,
  aborted,
  recording,
  experiment,
}: ExperimentFacts): Pick<ExperimentResult, 'status' | 'reason'> {
  if (aborted !== undefined) return { status: 'aborted', reason: aborted };
  if (!times.started) return { status: 'not-run', reason: notRunReason(recording, experiment.name) };
  if (times.failed) return { status: 'not-injected', reason: times.failed.reason ?? 'no reason was recorded' };
  if (!times.complete) return { status: 'cut', reason: 'the recording ends before the experiment did' };
  if (!times.injected) return { status: 'not-run', reason: notRunReason(recording, experiment.name) };
  return { status: 'ran' };
}

function notRunReason(recording: ExperimentFacts['recording'], experiment: string): string {
  const gate = recording.gates.find((decision) => decision.experiment === experiment && !decision.open);
  if (gate) return gate.reason ?? 'the gate was closed';
  if (recording.end?.cause === 'aborted')
    return `the run was aborted: ${recording.end.reason ?? 'no reason was recorded'}`;
  return recording.end ? 'the recording holds nothing of it' : 'the recording ends before it';
}

function spansOf({ times }: ExperimentFacts): Partial<Record<PhaseName, PhaseSpan>> {
  const spans: Partial<Record<PhaseName, PhaseSpan>> = {};
  for (const [phase, window] of Object.entries(times.phases))
    spans[phase as PhaseName] = { from: window.from, to: Math.max(window.from, window.to) };
  return spans;
}
