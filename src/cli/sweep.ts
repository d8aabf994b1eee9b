import { parseArgs } from 'node:util';
import { faultsFolder } from '../chaos/state-folder.ts';
import { type SweepResult, type SweptFault, trySweep } from '../chaos/sweep.ts';
import { silentLog } from '../clients/log.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { CommandIo } from './io.ts';

const USAGE = `Usage: steadfast sweep

Removes the faults that runs left behind whose process is gone, and says so.
`;

/** `steadfast sweep`: 0 when nothing is left behind, 40 when a fault may still be there. */
export async function sweep(args: readonly string[], io: CommandIo, signal?: AbortSignal): Promise<ExitCode> {
  const asked = readArguments(args);
  if (asked.help) return show(io.stdout, USAGE, EXIT.pass);
  if (asked.problem) return show(io.stderr, `${asked.problem}\n\n${USAGE}`, EXIT.badPlan);
  const folder = faultsFolder(io.env);
  if (folder === undefined) return show(io.stderr, 'Set STEADFAST_STATE or HOME: no place is known\n', EXIT.notReady);
  const swept = await trySweep(folder, io.registries.drivers, signal ?? new AbortController().signal, silentLog);
  return typeof swept === 'string' ? show(io.stderr, `${swept}\n`, EXIT.notReady) : report(swept, io);
}

function readArguments(args: readonly string[]): { help?: boolean; problem?: string } {
  try {
    const { values } = parseArgs({ args: [...args], options: { help: { type: 'boolean', short: 'h' } } });
    return { help: values.help === true };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function report(result: SweepResult, io: CommandIo): ExitCode {
  for (const fault of result.removed) io.stdout(`removed: ${line(fault)}\n`);
  for (const fault of result.skipped) io.stdout(`left alone: ${line(fault)}\n`);
  for (const fault of result.failed) io.stderr(`STILL THERE: ${line(fault)}\n`);
  if (result.failed.length > 0) return EXIT.faultMayRemain;
  if (result.removed.length + result.skipped.length === 0) io.stdout('nothing was left behind\n');
  return EXIT.pass;
}

function line(fault: SweptFault): string {
  return `run ${fault.run}, experiment ${fault.experiment} (${fault.driver}): ${fault.text}`;
}

function show(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}
