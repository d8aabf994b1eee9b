import { appliesTo } from './describe.ts';
import { experimentFacts, judgeAll, judgeObjective } from './judge-objective.ts';
import type { Offset } from './model/entry.ts';
import type { Experiment, Objective, Plan } from './model/plan.ts';
import { proofOf, withProof } from './proof.ts';
import type { Recording } from './recording.ts';

/** Whether a fault may be injected now, and if not, why. */
export interface Gate {
  open: boolean;
  reason?: string;
}

/**
 * Injection needs every critical steady objective to pass, and the previous experiment's critical recovery to have passed. A step of growing
 * intensity needs more: that the step before passed as a whole, with its fault proven.
 */
export function decideGate(plan: Plan, recording: Recording, experimentName: string, asOf: Offset): Gate {
  const index = plan.experiments.findIndex((experiment) => experiment.name === experimentName);
  const experiment = plan.experiments[index];
  if (!experiment) return { open: false, reason: `the plan has no experiment ${experimentName}` };
  const previous = plan.experiments[index - 1];
  const problem =
    firstProblem(plan, recording, experiment, 'steady', asOf) ??
    (previous && firstProblem(plan, recording, previous, 'recovery', undefined)) ??
    (previous && experiment.step?.after === previous.name ? problemOfStep(plan, recording, previous) : undefined);
  return problem === undefined ? { open: true } : { open: false, reason: problem };
}

function firstProblem(
  plan: Plan,
  recording: Recording,
  experiment: Experiment,
  phase: 'steady' | 'recovery',
  asOf: Offset | undefined,
): string | undefined {
  const facts = experimentFacts(plan, recording, experiment, asOf);
  for (const objective of plan.objectives.filter((candidate) => isAsked(candidate, experiment, phase))) {
    const result = judgeObjective(objective, facts);
    if (result.verdict !== 'pass')
      return `${sentenceOf(phase, experiment)} ${objective.name} did not pass: ${result.text}`;
  }
  return undefined;
}

function problemOfStep(plan: Plan, recording: Recording, step: Experiment): string | undefined {
  const facts = experimentFacts(plan, recording, step);
  const proof = proofOf(facts);
  const missed = judgeAll(facts)
    .map((result) => withProof(result, proof))
    .find(({ severity, verdict }) => severity === 'critical' && verdict !== 'pass');
  return missed && `the step before, ${step.name}, did not pass: ${missed.objective}: ${missed.text}`;
}

function isAsked(objective: Objective, experiment: Experiment, phase: 'steady' | 'recovery'): boolean {
  return objective.phase === phase && objective.severity === 'critical' && appliesTo(objective, experiment.name);
}

function sentenceOf(phase: 'steady' | 'recovery', experiment: Experiment): string {
  return phase === 'steady' ? 'the steady objective' : `the recovery objective of ${experiment.name},`;
}
