import { setMaxListeners } from 'node:events';
import type { FinalReading } from '../probes/contract.ts';
import type { Final } from '../slo/model/entry.ts';
import { RUNNER_VANTAGE } from '../slo/model/entry.ts';
import type { Experiment, ProbeSpec } from '../slo/model/plan.ts';
import { reasonOf, within } from './bounded.ts';
import type { OpenProbe } from './lane.ts';
import { problemOfFinal } from './reading-check.ts';
import type { Run } from './run.ts';
import type { Sampling } from './sampling.ts';

/** A drain is told to stop this long before it is given up: one that waited to the end can still say what it knows. */
const DRAIN_GRACE_MS = 500;

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
  patience.end();
  sampling.close('the run was stopped');
}

async function drainProbes(run: Run, experiment: Experiment): Promise<void> {
  const patience = patienceAfterStop(run, run.budgets.abortedDrainMs);
  const limitMs = experiment.phases.settleMs + run.budgets.drainMs;
  await Promise.all(run.parts.probes.map((probe) => drainProbe(run, probe, limitMs, patience.signal)));
  patience.end();
}

async function drainProbe(run: Run, { spec, session }: OpenProbe, limitMs: number, outer: AbortSignal): Promise<void> {
  if (!session.drain) return;
  const { clock } = run.parts;
  const bounds = { clock, what: 'the drain', limitMs, outer };
  const toldToStop = new AbortController();
  const cancel = clock.at(clock.now() + limitMs - DRAIN_GRACE_MS, () =>
    toldToStop.abort(new DOMException('the drain is over', 'TimeoutError')),
  );
  try {
    const drained = await within(bounds, (signal) => session.drain!(AbortSignal.any([signal, toldToStop.signal])));
    const readings = drained === undefined ? [] : [drained].flat();
    for (const final of readings.map((reading) => finalOf(spec, reading))) run.record(final);
  } catch (error) {
    // The missing final is the fact; the judge sees that the counts end early.
    run.note(`${spec.name} could not be drained: ${reasonOf(error)}`);
  } finally {
    cancel();
  }
}

function finalOf(spec: ProbeSpec, reading: FinalReading): Final {
  const problem = problemOfFinal(reading, spec.values);
  if (problem) throw new Error(problem);
  const { covers, values, reason, detail } = reading;
  const final: Final = { type: 'final', probe: spec.name, vantage: RUNNER_VANTAGE, covers, values };
  if (reason !== undefined) final.reason = reasonOf(reason);
  if (detail !== undefined) final.detail = detail;
  return final;
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
