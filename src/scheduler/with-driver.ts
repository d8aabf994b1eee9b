import type { Driver } from '../chaos/contract.ts';
import type { Experiment } from '../slo/model/plan.ts';
import { bounded, reasonOf, within } from './bounded.ts';
import type { DriverCalls } from './parts.ts';
import { type Run, RunStopped } from './run.ts';

/**
 * Opens the driver, lets it look before it touches anything, uses it, and closes it on every path out. Where it cannot be used that is
 * recorded as `failed`, and the reason is returned.
 */
export async function withDriver(
  run: Run,
  experiment: Experiment,
  use: (driver: Driver) => Promise<string | undefined>,
): Promise<string | undefined> {
  run.activity(experiment, 'preparing');
  const opened = await openDriver(run, experiment);
  if (opened.driver === undefined) return failBefore(run, experiment, opened.problem);
  try {
    const problems = await problemsOf(run, experiment, opened.driver);
    if (problems.length > 0) return failBefore(run, experiment, problems.join('; '));
    return await use(opened.driver);
  } finally {
    await closeDriver(run, experiment, opened.driver);
  }
}

function callsFor(run: Run, experiment: Experiment): DriverCalls {
  return {
    tell: (fact) => run.recordFact(experiment, fact),
    lost: (reason) => run.stop(`${experiment.name}: ${reason}`),
  };
}

type Opened = { driver: Driver } | { driver?: undefined; problem: string };

async function openDriver(run: Run, experiment: Experiment): Promise<Opened> {
  let opening: Promise<Driver> | undefined;
  const call = bounded(boundsOf(run, 'opening the driver'), () => {
    opening = run.parts.driverOf(experiment, callsFor(run, experiment));
    return opening;
  });
  try {
    return { driver: await call.result };
  } catch (error) {
    opening?.then((late) => closeDriver(run, experiment, late)).catch(() => undefined);
    return { problem: reasonOf(error) };
  }
}

async function problemsOf(run: Run, experiment: Experiment, driver: Driver): Promise<string[]> {
  const { maxTargets } = run.parts.plan.limits;
  try {
    const preparation = await within(boundsOf(run, 'the preparation'), (signal) => driver.prepare(signal));
    const { targets, problems, facts } = preparation;
    if (facts && facts.length > 0) run.recordFact(experiment, { state: 'observed', evidence: facts });
    if (targets.length <= maxTargets) return [...problems];
    return [...problems, `${targets.length} targets, but limits.maxTargets is ${maxTargets}`];
  } catch (error) {
    return [reasonOf(error)];
  }
}

function failBefore(run: Run, experiment: Experiment, reason: string): string {
  if (run.stopReason !== undefined) throw new RunStopped(run.stopReason);
  run.recordStep(experiment, 'failed', { reason });
  return `${experiment.name} could not be prepared: ${reason}`;
}

async function closeDriver(run: Run, experiment: Experiment, driver: Driver): Promise<void> {
  const bounds = { clock: run.parts.clock, what: 'closing the driver', limitMs: run.budgets.closeMs };
  await within(bounds, () => driver.close()).catch((error) => run.note(`${experiment.name}: ${reasonOf(error)}`));
}

function boundsOf(run: Run, what: string) {
  return { clock: run.parts.clock, what, limitMs: run.budgets.prepareMs, outer: run.stopSignal };
}
