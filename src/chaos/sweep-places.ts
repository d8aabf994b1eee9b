import type { Log } from '../clients/log.ts';
import type { Plan } from '../slo/model/plan.ts';
import type { DriverType, InspectedExperiment } from './contract.ts';
import type { SweepResult, SweptFault } from './sweep.ts';

/** What became of the leftovers in the places, and why one could not be looked at. */
export interface PlacesSwept extends SweepResult {
  /** A line each: what is there is not known. */
  unseen: string[];
}

/** For everything that a look at one kind of place and its cleaning may take. */
const PLACE_LIMIT_MS = 3 * 60_000;

/** The experiments of some plans, by the driver that runs them. */
export function experimentsByDriver(plans: readonly Plan[]): Map<string, InspectedExperiment[]> {
  const found = new Map<string, InspectedExperiment[]>();
  for (const { name: plan, digest, limits, experiments } of plans)
    for (const { name: experiment, driver, durationMs, config } of experiments) {
      const known = found.get(driver) ?? [];
      known.push({ experiment, plan, digest, durationMs, limits, config });
      found.set(driver, known);
    }
  return found;
}

/**
 * Removes what runs that are gone left in the places themselves, where no ledger of this machine tells of it. With `plans` only the places that
 * they touch are looked at.
 */
export async function sweepPlaces(
  driverTypes: ReadonlyMap<string, DriverType>,
  plans: readonly Plan[] | undefined,
  signal: AbortSignal,
  log: Log,
): Promise<PlacesSwept> {
  const result: PlacesSwept = { removed: [], failed: [], skipped: [], unseen: [] };
  const wanted = plans && experimentsByDriver(plans);
  for (const type of driverTypes.values())
    if (!wanted || wanted.has(type.type)) await sweepPlace(type, wanted?.get(type.type) ?? [], signal, log, result);
  return result;
}

const LISTS = { removed: 'removed', 'still-there': 'failed', owned: 'skipped' } as const;

async function sweepPlace(
  type: DriverType,
  experiments: readonly InspectedExperiment[],
  signal: AbortSignal,
  log: Log,
  result: PlacesSwept,
): Promise<void> {
  const told = (run: string, experiment: string, text: string): SweptFault => ({
    run,
    experiment,
    driver: type.type,
    text,
  });
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(PLACE_LIMIT_MS)]);
    for (const { run, experiment, state, text } of (await type.sweepPlace?.(experiments, bounded, log)) ?? [])
      if (state === 'unseen') result.unseen.push(`${type.type}: ${text}`);
      else result[LISTS[state]].push(told(run, experiment, text));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    result.unseen.push(`${type.type}: whether a fault was left behind could not be seen: ${reason}`);
  }
}
