import { parseArgs } from 'node:util';
import { faultsFolder } from '../chaos/state-folder.ts';
import { type SweepResult, type SweptFault, trySweep } from '../chaos/sweep.ts';
import { sweepPlaces } from '../chaos/sweep-places.ts';
import { silentLog } from '../clients/log.ts';
import { EXIT, type ExitCode, worstExit } from './exit-codes.ts';
import type { CommandIo } from './io.ts';

const USAGE = `Usage: steadfast sweep

Removes the faults that runs left behind whose process is gone, and says so: those recorded on this machine, and those found in the
cluster that KUBECONFIG or the pod's own account leads to.
`;

/** `steadfast sweep`: 0 when nothing is left behind, 40 when a fault may still be there. */
export async function sweep(args: readonly string[], io: CommandIo, signal?: AbortSignal): Promise<ExitCode> {
  const asked = readArguments(args);
  if (asked.help) return show(io.stdout, USAGE, EXIT.pass);
  if (asked.problem) return show(io.stderr, `${asked.problem}\n\n${USAGE}`, EXIT.badPlan);
  const folder = faultsFolder(io.env);
  if (folder === undefined) return show(io.stderr, 'Set STEADFAST_STATE or HOME: no place is known\n', EXIT.notReady);
  const bounds = signal ?? new AbortController().signal;
  const recorded = await trySweep(folder, io.registries.drivers, bounds, silentLog);
  const found = await sweepPlaces(io.registries.drivers, undefined, bounds, silentLog);
  // What was found in the place is told, whatever stands in the way of the records.
  const unseen = [...(typeof recorded === 'string' ? [recorded] : []), ...found.unseen];
  for (const text of unseen) io.stderr(`${text}\n`);
  const told = report(typeof recorded === 'string' ? found : joined(recorded, found), unseen.length === 0, io);
  return unseen.length === 0 ? told : worstExit([told, EXIT.notReady]);
}

function joined(left: SweepResult, right: SweepResult): SweepResult {
  return {
    removed: [...left.removed, ...right.removed],
    failed: [...left.failed, ...right.failed],
    skipped: [...left.skipped, ...right.skipped],
  };
}

function readArguments(args: readonly string[]): { help?: boolean; problem?: string } {
  try {
    const { values } = parseArgs({ args: [...args], options: { help: { type: 'boolean', short: 'h' } } });
    return { help: values.help === true };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function report(result: SweepResult, sawAll: boolean, io: CommandIo): ExitCode {
  for (const fault of result.removed) io.stdout(`removed: ${line(fault)}\n`);
  for (const fault of result.skipped) io.stdout(`left alone: ${line(fault)}\n`);
  for (const fault of result.failed) io.stderr(`STILL THERE: ${line(fault)}\n`);
  if (result.failed.length > 0) return EXIT.faultMayRemain;
  if (sawAll && result.removed.length + result.skipped.length === 0) io.stdout('nothing was left behind\n');
  return EXIT.pass;
}

function line(fault: SweptFault): string {
  return `run ${fault.run}, experiment ${fault.experiment} (${fault.driver}): ${fault.text}`;
}

function show(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}
