import { type Offset, RUNNER_VANTAGE, type VantageBoot } from '../slo/model/entry.ts';
import type { Experiment } from '../slo/model/plan.ts';
import { reasonOf, within } from './bounded.ts';
import { recordGate, runExperiment } from './experiment.ts';
import type { ConductParts, ConductResult } from './parts.ts';
import { Run } from './run.ts';
import { beginVantages, closeVantages } from './vantages.ts';

/**
 * Drives a plan from its first slot to the `end` of its timeline: experiments one after another, each fault removed on every path out.
 * The header is the caller's. Never rejects.
 */
export async function conduct(parts: ConductParts): Promise<ConductResult> {
  const run = new Run(parts);
  try {
    const slotZero = bootRunner(run);
    const halt = await beginVantages(run);
    if (halt === undefined) await collectBaselines(run);
    else await run.sync();
    await runInOrder(run, slotZero, halt);
  } catch (error) {
    run.stopForBug(error);
  }
  await finish(run);
  return resultOf(run);
}

function bootRunner(run: Run): Offset {
  const slotZero = Math.ceil(run.parts.clock.now());
  const boot: VantageBoot = {
    type: 'vantage',
    vantage: RUNNER_VANTAGE,
    instance: RUNNER_VANTAGE,
    boot: '1',
    slotZero,
    clock: [0, 0],
  };
  run.record(boot);
  return slotZero;
}

/** A baseline that could not be collected is missing from the timeline, and what compares with it is inconclusive. */
async function collectBaselines(run: Run): Promise<void> {
  const { clock, collect } = run.parts;
  if (!collect || run.stopReason !== undefined) return;
  const bounds = { clock, what: 'the baselines', limitMs: run.budgets.collectMs, outer: run.stopSignal };
  try {
    const entries = await within(bounds, (signal) => collect.before(signal));
    for (const entry of entries) run.record(entry);
  } catch (error) {
    run.note(`the baselines could not be collected: ${reasonOf(error)}`);
  }
  await run.sync();
}

async function runInOrder(run: Run, slotZero: Offset, before: string | undefined): Promise<void> {
  const notRun: Experiment[] = [];
  let halt = run.stopReason ?? before;
  for (const experiment of run.parts.plan.experiments) {
    if (halt === undefined) halt = await runExperiment(run, experiment, slotZero);
    else notRun.push(experiment);
  }
  const closed = halt === undefined ? { open: false } : { open: false, reason: halt };
  for (const experiment of notRun) recordGate(run, experiment, closed);
}

async function finish(run: Run): Promise<void> {
  await closeVantages(run);
  run.end();
  const at = run.parts.clock.now();
  const reason = run.stopReason;
  run.record(
    reason === undefined ? { type: 'end', at, cause: 'completed' } : { type: 'end', at, cause: 'aborted', reason },
  );
  await run.sync();
}

function resultOf(run: Run): ConductResult {
  const result: ConductResult = { leftBehind: run.leftBehind, injectedAnything: run.injectedAnything };
  if (run.stopReason !== undefined) result.aborted = run.stopReason;
  if (run.bug !== undefined) result.bug = run.bug;
  return result;
}
