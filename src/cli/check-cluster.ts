import type { Inspection } from '../chaos/contract.ts';
import { experimentsByDriver } from '../chaos/sweep-places.ts';
import { silentLog } from '../clients/log.ts';
import type { Plan } from '../slo/model/plan.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { counted } from './numbers-in-words.ts';

/** For all that one kind of place is looked at. */
const LOOK_LIMIT_MS = 3 * 60_000;

const LABELS: Record<Inspection['state'], string> = { fine: 'fine', warning: 'warning', problem: 'PROBLEM' };
const LABEL_WIDTH = 9;

/** `check --cluster`: looks, without changing anything, whether the experiments of these plans could run now. */
export async function checkCluster(plans: readonly Plan[], io: CommandIo): Promise<ExitCode> {
  const lines = await inspectPlaces(plans, io);
  for (const line of lines) io.stdout(formatInspection(line));
  const problems = lines.filter(({ state }) => state === 'problem').length;
  const warnings = lines.filter(({ state }) => state === 'warning').length;
  if (lines.length === 0) io.stdout('No experiment of these plans runs in a cluster.\n');
  else io.stdout(`${counted(problems, 'problem')}, ${counted(warnings, 'warning')}\n`);
  return problems === 0 ? EXIT.pass : EXIT.notReady;
}

async function inspectPlaces(plans: readonly Plan[], io: CommandIo): Promise<Inspection[]> {
  const lines: Inspection[] = [];
  for (const [name, experiments] of experimentsByDriver(plans)) {
    const type = io.registries.drivers.get(name);
    const signal = AbortSignal.timeout(LOOK_LIMIT_MS);
    const found = type?.inspect?.(experiments, signal, silentLog) ?? Promise.resolve([]);
    lines.push(...(await found.catch((error): Inspection[] => [unseen(name, error)])));
  }
  return lines;
}

function unseen(driver: string, error: unknown): Inspection {
  const reason = error instanceof Error ? error.message : String(error);
  return { state: 'problem', text: `${driver}: its place could not be looked at: ${reason}` };
}

/** What is wrong, and below it what a person would run next. */
function formatInspection({ state, text, command }: Inspection): string {
  const line = `${LABELS[state].padEnd(LABEL_WIDTH)}${text}\n`;
  return command === undefined ? line : `${line}${' '.repeat(LABEL_WIDTH)}run: ${command}\n`;
}
