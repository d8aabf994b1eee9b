import type { Driver, Observed } from '../chaos/contract.ts';
import type { Offset } from '../slo/model/entry.ts';
import type { Experiment } from '../slo/model/plan.ts';
import { type BoundedCall, reasonOf, within } from './bounded.ts';
import { factsOf } from './observed.ts';
import type { Run } from './run.ts';

/** One experiment's fault and what runs it. */
export interface Fault {
  experiment: Experiment;
  driver: Driver;
}

const FIRST_PAUSE_MS = 500;

/**
 * Removes the fault, again and again if need be; nothing interrupts it. When it is not certain, that is said and the run stops.
 * `over` is when the fault ended by itself: what is left to remove then is only the mechanism.
 */
export async function removeFault(
  run: Run,
  fault: Fault,
  injection: BoundedCall<Observed>,
  over: Observed | undefined,
): Promise<Offset | undefined> {
  const begun = run.parts.clock.now();
  try {
    const removed = await recoverUnder(run, fault, injection);
    const facts = over ? factsOf(over, 0, begun) : factsOf(removed, begun, run.parts.clock.now());
    const recovered = run.recordStep(fault.experiment, 'recovered', facts);
    void run.sync();
    return recovered;
  } catch (error) {
    const { experiment } = fault;
    run.leftBehind.push(experiment.name);
    run.recordStep(experiment, 'left-behind', { reason: reasonOf(error) });
    run.stop(`the fault of ${experiment.name} may still be there: ${reasonOf(error)}`);
    return undefined;
  }
}

/** An injection that was interrupted may still strike: what it does after the first removal needs a second one. */
async function recoverUnder(run: Run, fault: Fault, injection: BoundedCall<Observed>): Promise<Observed> {
  if (await endsWithin(run, injection, run.budgets.injectGraceMs)) return recoverWithRetries(run, fault);
  await recoverWithRetries(run, fault);
  const ended = await endsWithin(run, injection, run.budgets.strayInjectionMs);
  const observed = await recoverWithRetries(run, fault);
  if (!ended) throw new Error('the injection goes on although it was told to stop');
  return observed;
}

async function recoverWithRetries(run: Run, { experiment, driver }: Fault): Promise<Observed> {
  const { clock } = run.parts;
  const bounds = { clock, what: 'the removal', limitMs: run.budgets.recoverMs };
  for (let attempt = 1, pauseMs = FIRST_PAUSE_MS; ; attempt++, pauseMs *= 2) {
    try {
      return await within(bounds, (signal) => driver.recover(signal));
    } catch (error) {
      run.note(`attempt ${attempt} to remove the fault of ${experiment.name} failed: ${reasonOf(error)}`);
      if (attempt >= run.budgets.recoverAttempts) throw error;
      await clock.sleepUntil(clock.now() + pauseMs);
    }
  }
}

async function endsWithin(run: Run, injection: BoundedCall<Observed>, limitMs: number): Promise<boolean> {
  const { clock } = run.parts;
  const over = new AbortController();
  const timeUp = clock.sleepUntil(clock.now() + limitMs, over.signal).then(
    () => false,
    () => true,
  );
  const ended = await Promise.race([injection.finished.then(() => true), timeUp]);
  over.abort();
  return ended;
}
