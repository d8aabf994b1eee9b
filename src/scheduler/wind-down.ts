import { setMaxListeners } from 'node:events';
import { type Entry, RUNNER_VANTAGE } from '../slo/model/entry.ts';
import type { Experiment } from '../slo/model/plan.ts';
import { reasonOf, within } from './bounded.ts';
import { DRAIN_GRACE_MS, drainProbe } from './drain.ts';
import type { Run } from './run.ts';
import type { Sampling } from './sampling.ts';
import { drainVantages, vantagesSettled } from './vantages.ts';

/** The end of an experiment: no new slots, what is under way is awaited, counts are drained, references are asked. */
export async function windDown(run: Run, experiment: Experiment, sampling: Sampling): Promise<void> {
  run.activity(experiment, 'draining');
  const quiesced = sampling.stop();
  await run.parts.clock.sleepUntil(quiesced);
  run.recordStep(experiment, 'quiesced', { at: quiesced });
  await settleSamples(run, sampling, quiesced);
  await drainProbes(run, experiment);
  await collectAfter(run, experiment);
  run.recordStep(experiment, 'ended');
  run.activity(experiment, 'ended');
  await run.sync();
}

async function settleSamples(run: Run, sampling: Sampling, quiesced: number): Promise<void> {
  const patience = patienceAfterStop(run, run.budgets.abortedSettleMs);
  const impatient = new Promise<void>((resolve) => patience.signal.addEventListener('abort', () => resolve()));
  await Promise.race([sampling.settledBefore(quiesced), impatient]);
  await vantagesSettled(run, quiesced, patience.signal);
  patience.end();
  sampling.close('the run was stopped');
}

async function drainProbes(run: Run, experiment: Experiment): Promise<void> {
  const patience = patienceAfterStop(run, run.budgets.abortedDrainMs);
  const limitMs = experiment.phases.settleMs + run.budgets.drainMs;
  const { clock, probes } = run.parts;
  const setting = {
    ...{ clock, vantage: RUNNER_VANTAGE, limitMs, outer: patience.signal },
    record: (entry: Entry) => run.record(entry),
    note: (text: string) => run.note(text),
  };
  await Promise.all([
    ...probes.map((probe) => drainProbe(setting, probe)),
    drainVantages(run, limitMs, patience.signal),
  ]);
  patience.end();
}

async function collectAfter(run: Run, experiment: Experiment): Promise<void> {
  const { clock, collect } = run.parts;
  if (!collect || run.stopReason !== undefined) return;
  const bounds = { clock, what: 'the references', limitMs: run.budgets.collectMs, outer: run.stopSignal };
  try {
    const entries = await within(bounds, (signal) => collect.after(experiment.name, signal));
    for (const entry of entries) run.record(entry);
  } catch (error) {
    run.note(`the references of ${experiment.name} could not be collected: ${reasonOf(error)}`);
  }
}

/** A signal that aborts that long after the run was told to stop, or after now if it was already. */
function patienceAfterStop(run: Run, limitMs: number): { signal: AbortSignal; end(): void } {
  const { clock } = run.parts;
  const controller = new AbortController();
  // Every drain of every probe listens.
  setMaxListeners(0, controller.signal);
  let cancel = () => {};
  const begin = () => {
    cancel = clock.at(clock.now() + limitMs - DRAIN_GRACE_MS, () => controller.abort(new Error('the run was stopped')));
  };
  if (run.stopReason !== undefined) begin();
  else run.stopSignal.addEventListener('abort', begin, { once: true });
  const end = () => {
    cancel();
    run.stopSignal.removeEventListener('abort', begin);
  };
  return { signal: controller.signal, end };
}
