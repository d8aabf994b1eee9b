import type { Driver, Observed } from '../chaos/contract.ts';
import type { Evidence, Offset } from '../slo/model/entry.ts';
import type { Experiment } from '../slo/model/plan.ts';
import { formatDuration } from '../slo/model/quantity.ts';
import { type BoundedCall, bounded, reasonOf, within } from './bounded.ts';
import { evidenceOf, factsOf } from './observed.ts';
import { type Fault, removeFault } from './recover.ts';
import type { Run } from './run.ts';
import type { StepFacts } from './step-facts.ts';

/** What became of a fault. `recoveryFrom` is the moment from which the recovery phase is counted. */
export type FaultOutcome = { ok: true; recoveryFrom: Offset } | { ok: false; reason: string };

type Held = { injected: Offset; over: Observed | undefined };

/** Injects the fault, holds it and removes it: whatever happens on the way, it is removed. Never rejects. */
export async function breakAndMend(run: Run, fault: Fault): Promise<FaultOutcome> {
  const { experiment, driver } = fault;
  const { clock, plan } = run.parts;
  const requested = run.recordStep(experiment, 'requested');
  run.injectedAnything = true;
  const { maxFaultMs } = plan.limits;
  const cancelLimit = clock.at(requested + maxFaultMs, () =>
    run.stop(`the fault of ${experiment.name} was there for limits.maxFault, ${formatDuration(maxFaultMs)}`),
  );
  const bounds = { clock, what: 'the injection', limitMs: run.budgets.injectMs, outer: run.stopSignal };
  const injection = bounded(bounds, (signal) => driver.inject(signal));
  const held = await injectAndHold(run, fault, injection, requested);
  const over = await announceRemoval(run, fault, held).catch((error) => run.stopForBug(error));
  const recovered = await removeFault(run, fault, injection, experiment.oneShot && over ? over : undefined);
  cancelLimit();
  return outcomeOf(run, experiment, held, recovered);
}

/** `undefined` when the injection did not come about and when the run is to stop. */
async function injectAndHold(
  run: Run,
  fault: Fault,
  injection: BoundedCall<Observed>,
  requested: Offset,
): Promise<Held | undefined> {
  const { experiment } = fault;
  run.activity(experiment, 'injecting');
  try {
    const facts = factsOf(await injection.result, requested, run.parts.clock.now());
    const injected = run.recordStep(experiment, 'injected', facts);
    void run.sync();
    return { injected, over: await holdFault(run, fault, injected) };
  } catch (error) {
    if (run.stopReason === undefined) run.recordStep(experiment, 'failed', { reason: reasonOf(error) });
    return undefined;
  }
}

/** Waits for the planned time, or for as long as the driver says. */
async function holdFault(run: Run, { experiment, driver }: Fault, injected: Offset): Promise<Observed | undefined> {
  const { clock, plan } = run.parts;
  const until = injected + experiment.durationMs;
  run.activity(experiment, 'fault', driver.hold ? undefined : until);
  if (!driver.hold) {
    await run.waitUntil(until);
    return undefined;
  }
  const bounds = { clock, what: 'the hold', limitMs: plan.limits.maxFaultMs, outer: run.stopSignal };
  try {
    return await within(bounds, (signal) => driver.hold!(signal));
  } catch (error) {
    run.stop(`the fault of ${experiment.name} could not be followed to its end: ${reasonOf(error)}`);
    throw error;
  }
}

/**
 * Records that the removal begins. Only a fault that ran its course gets a second look: a stopped run removes first. Returns the moment at
 * which the driver saw the fault end by itself.
 */
async function announceRemoval(
  run: Run,
  { experiment, driver }: Fault,
  held: Held | undefined,
): Promise<Observed | undefined> {
  run.activity(experiment, 'recovering');
  const secondLook = held && run.stopReason === undefined ? await lookAgain(run, driver) : [];
  const facts: StepFacts = held?.over ? factsOf(held.over, held.injected, run.parts.clock.now()) : {};
  const evidence = [...(facts.evidence ?? []), ...secondLook];
  run.recordStep(experiment, 'recovering', { ...facts, ...(evidence.length > 0 ? { evidence } : {}) });
  return held?.over && { ...facts, evidence: [] };
}

async function lookAgain(run: Run, driver: Driver): Promise<Evidence[]> {
  const bounds = {
    clock: run.parts.clock,
    what: 'the second look',
    limitMs: run.budgets.evidenceMs,
    outer: run.stopSignal,
  };
  try {
    return evidenceOf(await within(bounds, (signal) => driver.evidence(signal)));
  } catch (error) {
    return [{ of: 'note', text: `no second look at the mechanism: ${reasonOf(error)}` }];
  }
}

function outcomeOf(
  run: Run,
  experiment: Experiment,
  held: Held | undefined,
  recovered: Offset | undefined,
): FaultOutcome {
  if (run.stopReason !== undefined) return { ok: false, reason: run.stopReason };
  if (!held || recovered === undefined) return { ok: false, reason: `${experiment.name}: the injection failed` };
  return { ok: true, recoveryFrom: experiment.oneShot ? held.injected : recovered };
}
