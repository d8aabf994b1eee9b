import type { Driver } from '../chaos/contract.ts';
import type { Entry, GateDecision, Offset } from '../slo/model/entry.ts';
import { RUNNER_VANTAGE } from '../slo/model/entry.ts';
import type { Experiment } from '../slo/model/plan.ts';
import { reasonOf, within } from './bounded.ts';
import { breakAndMend } from './fault.ts';
import type { GateAnswer } from './parts.ts';
import type { Run } from './run.ts';
import { type Sampling, startSampling } from './sampling.ts';
import { orAborted } from './sleep.ts';
import { type StopWatch, watchStopConditions } from './stop-conditions.ts';
import { drainVantages, FRESH_BOOKS_MS, vantagesSettled } from './vantages.ts';
import { windDown } from './wind-down.ts';
import { withDriver } from './with-driver.ts';

/** An experiment under way. */
interface Stage {
  experiment: Experiment;
  started: Offset;
  sampling: Sampling;
  watch: StopWatch;
  /** Resolves when the vantages have closed their books of what was before. */
  freshBooks: Promise<void>;
}

/** Runs one experiment from `started` to `ended`. Returns why the later ones are not to run, if so. Never rejects. */
export async function runExperiment(run: Run, experiment: Experiment, slotZero: Offset): Promise<string | undefined> {
  const stage = enter(run, experiment, slotZero);
  const halt = await steadyFaultRecovery(run, stage).catch((error) => haltReason(run, error));
  stage.watch.end();
  await windDown(run, experiment, stage.sampling).catch((error) => run.stopForBug(error));
  return run.stopReason ?? halt;
}

function enter(run: Run, experiment: Experiment, slotZero: Offset): Stage {
  const { clock, plan, probes, readThrottledMs, stopConditions } = run.parts;
  const started = run.recordStep(experiment, 'started');
  const record = (entry: Entry) => run.record(entry);
  const sampling = startSampling(
    { clock, seed: plan.seed, vantage: RUNNER_VANTAGE, slotZero, readThrottledMs, record },
    probes,
    started,
  );
  const setting = { clock, readMs: run.budgets.stopReadMs, breached: (reason: string) => run.stop(reason) };
  const watch = watchStopConditions(setting, stopConditions);
  return { experiment, started, sampling, watch, freshBooks: drainVantages(run, FRESH_BOOKS_MS, run.stopSignal) };
}

/** The phases in their order. Rejects with `RunStopped` when the run is to stop. */
async function steadyFaultRecovery(run: Run, stage: Stage): Promise<string | undefined> {
  const { experiment, started } = stage;
  const steadyEnd = started + experiment.phases.steadyMs;
  run.activity(experiment, 'steady', steadyEnd);
  await run.waitUntil(steadyEnd);
  const gate = await decideGate(run, stage);
  if (!gate.open) return `the gate before ${experiment.name} was closed${gate.reason ? `: ${gate.reason}` : ''}`;
  return withDriver(run, experiment, (driver) => faultRecovery(run, stage, driver));
}

async function faultRecovery(run: Run, { experiment, watch }: Stage, driver: Driver): Promise<string | undefined> {
  await run.sync();
  await orAborted(watch.clear(), run.stopSignal);
  const fault = await breakAndMend(run, { experiment, driver });
  watch.end();
  if (!fault.ok) return fault.reason;
  await recoveryPhase(run, experiment, fault.recoveryFrom);
  return undefined;
}

/** Asks once every slot of the steady phase has its answer: one that is still under way must not look like one that is missing. */
async function decideGate(run: Run, { experiment, started, sampling, freshBooks }: Stage): Promise<GateAnswer> {
  run.activity(experiment, 'gate');
  const { clock, decide } = run.parts;
  const to = clock.now();
  await orAborted(Promise.all([sampling.settledBefore(to), freshBooks]), run.stopSignal);
  await orAborted(vantagesSettled(run, to, run.stopSignal), run.stopSignal);
  const bounds = { clock, what: 'the gate', limitMs: run.budgets.collectMs, outer: run.stopSignal };
  const answer = await answerOf(() =>
    within(bounds, async (signal) => decide.gate(experiment.name, { from: started, to }, signal)),
  );
  run.stopSignal.throwIfAborted();
  recordGate(run, experiment, answer);
  return answer;
}

/** Records a decision of the gate. */
export function recordGate(run: Run, experiment: Experiment, { open, reason }: GateAnswer): void {
  const gate: GateDecision = { type: 'gate', experiment: experiment.name, at: run.parts.clock.now(), open };
  run.record(reason === undefined ? gate : { ...gate, reason });
}

async function answerOf(ask: () => Promise<GateAnswer>): Promise<GateAnswer> {
  try {
    return await ask();
  } catch (error) {
    return { open: false, reason: `the gate could not decide: ${reasonOf(error)}` };
  }
}

async function recoveryPhase(run: Run, experiment: Experiment, from: Offset): Promise<void> {
  const until = from + experiment.phases.recoveryMs;
  run.activity(experiment, 'recovery', until);
  await run.waitUntil(until);
}

function haltReason(run: Run, error: unknown): string {
  if (run.stopReason === undefined) run.stopForBug(error);
  return reasonOf(error);
}
