import { type ExperimentFacts, experimentFacts, inconclusive, judgeObjective } from './judge-objective.ts';
import type { ChaosEvent, Evidence, Offset } from './model/entry.ts';
import type { Experiment, Objective } from './model/plan.ts';
import type { ExperimentResult, ObjectiveResult } from './model/report.ts';

type Proof = ExperimentResult['proof'];

/** All evidence that the recording holds for an experiment, with its moment. */
export function evidenceOf(facts: ExperimentFacts): (Evidence & { at: Offset })[] {
  return facts.recording
    .eventsOf(facts.experiment.name)
    .flatMap((event) => (event.evidence ?? []).map((evidence) => ({ ...evidence, at: event.at })));
}

/**
 * Whether the fault's mechanism was shown to be at work: the driver's evidence from injection to removal must hold, none of it may
 * not, and the plan's own expectation must be met.
 */
export function proofOf(facts: ExperimentFacts): Proof {
  if (!facts.times.injected) return { state: 'not-injected', text: 'the fault was never injected' };
  const mechanism = duringFault(facts).filter((evidence) => evidence.of === 'mechanism');
  const refuted = mechanism.find((evidence) => evidence.holds !== true);
  if (refuted) return { state: 'not-proven', text: refuted.text };
  const lacking = unprovenFault(facts);
  if (lacking) return { state: 'not-proven', text: lacking };
  const expected = facts.experiment.expect && judgeExpectation(facts);
  if (expected && expected.verdict !== 'pass') return { state: 'not-proven', text: `expected: ${expected.text}` };
  const proofs = [...mechanism.map((evidence) => evidence.text), ...(expected ? [`expected: ${expected.text}`] : [])];
  if (proofs.length === 0)
    return { state: 'not-proven', text: 'no evidence of the mechanism was recorded, and the plan expects none' };
  return { state: 'proven', text: proofs[0]! };
}

/** Of several faults each needs a proof of its own: one that bites says nothing about the next. */
function unprovenFault(facts: ExperimentFacts): string | undefined {
  const events = facts.recording.eventsOf(facts.experiment.name).filter(({ fault }) => fault !== undefined);
  for (const fault of new Set(events.map((event) => event.fault!))) {
    const steps = events.filter((event) => event.fault === fault);
    const failed = steps.find(({ state }) => state === 'failed');
    if (failed) return `${fault} was not injected: ${failed.reason ?? 'no reason was recorded'}`;
    if (!steps.some(({ state }) => state === 'injected')) return `${fault} was never seen to be injected`;
    const shown = steps.some(
      (step) => isDuringFault(step) && (step.evidence ?? []).some(({ of }) => of === 'mechanism'),
    );
    if (!shown) return `no evidence of the mechanism of ${fault} was recorded`;
  }
  return undefined;
}

/** What was observed after the removal says nothing about the fault's being there. */
function duringFault(facts: ExperimentFacts): Evidence[] {
  return facts.recording
    .eventsOf(facts.experiment.name)
    .filter(isDuringFault)
    .flatMap((event) => event.evidence ?? []);
}

function isDuringFault({ state }: ChaosEvent): boolean {
  return state === 'injected' || state === 'recovering';
}

function judgeExpectation(facts: ExperimentFacts): ObjectiveResult {
  return judgeObjective(
    expectationOf(facts.experiment)!,
    experimentFacts(facts.plan, facts.recording, facts.experiment),
  );
}

/** No objective of a plan can be called so: a name holds no brackets. */
const EXPECTATION = '(expect)';

/** The plan's own proof of a fault in the form of an objective, so that it is collected and judged as one. */
export function expectationOf(experiment: Experiment): Objective | undefined {
  if (!experiment.expect) return undefined;
  return {
    name: EXPECTATION,
    ...experiment.expect,
    severity: 'critical',
    tolerateMissing: 0,
    experiments: [experiment.name],
  };
}

/** A pass of an experiment whose fault was not proven is inconclusive; a fail stays a fail, with the note. */
export function withProof(result: ObjectiveResult, proof: Proof): ObjectiveResult {
  if (proof.state === 'proven') return result;
  const text = proof.state === 'not-injected' ? proof.text : `the fault was not proven: ${proof.text}`;
  if (result.verdict === 'fail') return { ...result, notes: [...result.notes, text] };
  if (result.verdict !== 'pass') return result;
  return inconclusive(result, proof.state === 'not-injected' ? 'fault-not-injected' : 'fault-not-proven', text);
}
