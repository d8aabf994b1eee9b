import type { Log } from '../clients/log.ts';
import type { DriverType } from './contract.ts';
import type { FaultRecord } from './lib/fault-record.ts';
import { claim, forget, listFaults, release, type StoredFault } from './orphans.ts';

/** One record and what became of it. */
export interface SweptFault {
  run: string;
  experiment: string;
  driver: string;
  /** One line: what was removed, or why not. */
  text: string;
}

export interface SweepResult {
  removed: SweptFault[];
  /** Each of these may still be in effect. */
  failed: SweptFault[];
  /** Left alone: the run that made it lives, or another sweep is at it. */
  skipped: SweptFault[];
}

/** For everything that removing one fault takes, by force where it must be, with a look at what stayed. */
const UNDO_LIMIT_MS = 2 * 60_000;

/** Removes the faults of runs that are certainly gone. A record goes only after its fault. */
export async function sweepOrphans(
  folder: string,
  driverTypes: ReadonlyMap<string, DriverType>,
  signal: AbortSignal,
  log: Log,
): Promise<SweepResult> {
  const { orphans, owned, damaged } = await listFaults(folder);
  const result: SweepResult = {
    removed: [],
    failed: damaged.map(({ file, problem }) => ({
      run: '?',
      experiment: '?',
      driver: '?',
      text: `${file} ${problem}`,
    })),
    skipped: owned.map(({ record }) => swept(record, 'belongs to a run that may be alive, or to another sweep')),
  };
  for (const orphan of orphans) await sweepOne(orphan, driverTypes, signal, log, result);
  return result;
}

/** The same, or in one line why nobody could look. */
export async function trySweep(
  folder: string,
  driverTypes: ReadonlyMap<string, DriverType>,
  signal: AbortSignal,
  log: Log,
): Promise<SweepResult | string> {
  try {
    return await sweepOrphans(folder, driverTypes, signal, log);
  } catch (error) {
    return `${folder}, where faults are recorded, cannot be read: ${messageOf(error)}`;
  }
}

async function sweepOne(
  orphan: StoredFault,
  driverTypes: ReadonlyMap<string, DriverType>,
  signal: AbortSignal,
  log: Log,
  result: SweepResult,
): Promise<void> {
  const { record } = orphan;
  try {
    const mine = await claim(orphan);
    if (!mine) return void result.skipped.push(swept(record, 'another sweep is at it'));
    await undoClaimed(mine, driverTypes, signal, log, result);
  } catch (error) {
    // A record that cannot be claimed or given back must not keep the others from being looked at.
    result.failed.push(swept(record, `${messageOf(error)} (recorded in ${orphan.file})`));
  }
}

async function undoClaimed(
  mine: StoredFault,
  driverTypes: ReadonlyMap<string, DriverType>,
  signal: AbortSignal,
  log: Log,
  result: SweepResult,
): Promise<void> {
  const { record } = mine;
  try {
    const text = await undo(record, driverTypes.get(record.driver), signal, log);
    await forget(mine);
    result.removed.push(swept(record, text));
  } catch (error) {
    const file = await release(mine);
    // Whoever has removed the fault by hand must know what to delete.
    result.failed.push(swept(record, `${messageOf(error)} (recorded in ${file})`));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function undo(record: FaultRecord, type: DriverType | undefined, signal: AbortSignal, log: Log): Promise<string> {
  if (!type?.sweep) throw new Error(`this version has no driver "${record.driver}" that could undo it`);
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(UNDO_LIMIT_MS)]);
  bounded.throwIfAborted();
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(new Error('removing it took too long, or was stopped'));
  bounded.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([type.sweep(record.undo, bounded, log), givenUp]);
  } finally {
    bounded.removeEventListener('abort', giveUp);
  }
}

function swept(record: FaultRecord, text: string): SweptFault {
  return { run: record.run, experiment: record.experiment, driver: record.driver, text };
}
