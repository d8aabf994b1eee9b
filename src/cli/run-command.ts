import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { faultsFolder } from '../chaos/state-folder.ts';
import { type SweepResult, trySweep } from '../chaos/sweep.ts';
import { sweepPlaces } from '../chaos/sweep-places.ts';
import type { Log } from '../clients/log.ts';
import { formatDiagnostic } from '../plan/diagnostic.ts';
import { didYouMean } from '../plan/did-you-mean.ts';
import { type LoadedPlan, load } from '../plan/load.ts';
import { type Mask, maskOf } from '../plan/mask.ts';
import type { Clock } from '../scheduler/clock.ts';
import { renderTable } from '../slo/render/table.ts';
import { readArguments } from './arguments.ts';
import { EXIT, type ExitCode, worstExit } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { exitCodeOf } from './outcome.ts';
import { createProgress, styleFor } from './progress.ts';
import { checkRunFolder, FolderProblem } from './run/run-folder.ts';
import { type RunOutcome, type RunPlanSetting, runPlan, whereToLook } from './run/run-plan.ts';
import { type SuiteEntry, writeSuite } from './run/suite.ts';

export const RUN_USAGE = `Usage: steadfast run PLAN... [options]

Drives the experiments of each plan, records what the probes see, judges the recording and exports the verdict.

  --only NAME      run only the plan of this name; several with commas, or given more than once
  --out DIR        leave the files of the run here (default: runs/<run id>; with several plans: DIR/<plan>,
                   DIR by default runs/suite-<time>)
  --log-format F   text (default) or json: how progress is told
  --quiet          tell nothing but the verdict

Exit codes: 0 pass, 10 fail, 20 inconclusive, 30 aborted, 40 a fault may still be there, 64 bad plan, 69 environment not ready
(nothing injected), 70 our bug.
`;

/** What `run` needs of the process besides its io. */
export interface RunIo extends CommandIo {
  /** Aborts on SIGINT and SIGTERM, with the signal's name in its reason. */
  abort: AbortSignal;
  version: string;
  terminal: {
    isTty: boolean;
    write(text: string): void;
    readonly columns?: number | undefined;
    readonly rows?: number | undefined;
  };
  createClock(): Promise<Clock>;
  createLog(format: 'text' | 'json', mask: Mask): Promise<Log>;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  only: { type: 'string', multiple: true },
  out: { type: 'string' },
  quiet: { type: 'boolean' },
  'log-format': { type: 'string' },
} as const;

interface RunOptions {
  paths: string[];
  only: string[] | undefined;
  out: string | undefined;
  quiet: boolean;
  format: 'text' | 'json';
}

/** `steadfast run`. */
export async function runCommand(args: readonly string[], io: RunIo): Promise<ExitCode> {
  const options = await readOptions(args);
  if (options === 'help') return say(io.stdout, RUN_USAGE, EXIT.pass);
  if (typeof options === 'string') return say(io.stderr, `${options}\n\n${RUN_USAGE}`, EXIT.badPlan);
  const loaded = await loadPlans(options, io);
  if (!loaded) return EXIT.badPlan;
  if (loaded.plans.length > 1) options.out ??= join('runs', `suite-${timeStamp()}`);
  const folder = faultsFolder(io.env);
  if (folder === undefined)
    return say(io.stderr, 'No place is known for what must be undone: set STEADFAST_STATE or HOME\n', EXIT.notReady);
  const log = await io.createLog(options.format, loaded.mask);
  const problem = await problemOfFolders(loaded.plans, options);
  if (problem !== undefined) return say(io.stderr, `${problem}\n`, EXIT.badPlan);
  const swept = await sweepFirst(folder, loaded.plans, io, log);
  return swept === EXIT.pass ? runAll(loaded, options, folder, io, log) : swept;
}

/** Of all folders, before the first plan touches anything. */
async function problemOfFolders(plans: LoadedPlan[], options: RunOptions): Promise<string | undefined> {
  try {
    if (options.out === undefined) await checkRunFolder('runs');
    else for (const loaded of plans) await checkRunFolder(folderFor(loaded, options, plans.length, '').folder);
    return undefined;
  } catch (error) {
    if (error instanceof FolderProblem) return error.message;
    throw error;
  }
}

async function readOptions(args: readonly string[]): Promise<RunOptions | string> {
  const asked = await readArguments(args, OPTIONS);
  if (!asked.ok) return asked.problem;
  const { values, positionals } = asked;
  if (values.help) return 'help';
  if (positionals.length === 0) return 'Which plan? Name at least one file or folder.';
  const format = values['log-format'] ?? 'text';
  if (format !== 'text' && format !== 'json') return `--log-format is text or json, not ${format}`;
  return { paths: positionals, only: namesIn(values.only), out: values.out, quiet: values.quiet === true, format };
}

function namesIn(only: readonly string[] | undefined): string[] | undefined {
  return only?.flatMap((names) => names.split(',')).map((name) => name.trim());
}

interface WantedPlans {
  plans: LoadedPlan[];
  /** Hides the secrets of all of them. */
  mask: Mask;
}

async function loadPlans(options: RunOptions, io: RunIo): Promise<WantedPlans | undefined> {
  const { only } = options;
  const { plans, names, diagnostics, mask } = await load(options.paths, io.registries, io.env, { only });
  for (const diagnostic of diagnostics) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
  if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
  const unknown = [...new Set(only)].filter((name) => !names.includes(name));
  for (const name of unknown) io.stderr(`${noSuchPlan(name, names)}\n`);
  if (unknown.length > 0) return undefined;
  if (plans.length > 0) return { plans, mask };
  io.stderr('There is no plan in there.\n');
  return undefined;
}

function noSuchPlan(name: string, names: readonly string[]): string {
  if (names.length === 0) return `There is no plan ${name}, nor any other.`;
  const meant = didYouMean(name, names);
  const guess = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return `There is no plan ${name}.${guess} There are: ${names.join(', ')}`;
}

/** What an earlier run left behind goes first; if it will not go, nothing new is broken. */
async function sweepFirst(folder: string, plans: LoadedPlan[], io: RunIo, log: Log): Promise<ExitCode> {
  const recorded = await trySweep(folder, io.registries.drivers, io.abort, log);
  if (typeof recorded === 'string') return say(io.stderr, `${recorded}\n`, EXIT.notReady);
  const places = plans.map(({ plan }) => plan);
  const found = await sweepPlaces(io.registries.drivers, places, io.abort, log);
  const seen = worstExit([tellSwept(recorded, io), tellSwept(found, io)]);
  for (const text of found.unseen) io.stderr(`${text}\nNothing was started.\n`);
  return found.unseen.length > 0 ? worstExit([seen, EXIT.notReady]) : seen;
}

function tellSwept(swept: SweepResult, io: RunIo): ExitCode {
  for (const fault of swept.removed)
    io.stderr(`removed what run ${fault.run} had left behind (${fault.experiment}): ${fault.text}\n`);
  for (const fault of swept.failed)
    io.stderr(
      `STILL THERE from run ${fault.run} (${fault.experiment}): ${fault.text}\nNothing was started. Remove it, then: steadfast sweep\n`,
    );
  return swept.failed.length === 0 ? EXIT.pass : EXIT.faultMayRemain;
}

/** One plan after another. What is wrong with one is said, and must not take the others' results along. */
async function runAll({ plans, mask }: WantedPlans, options: RunOptions, faults: string, io: RunIo, log: Log) {
  const entries: SuiteEntry[] = [];
  for (const loaded of plans) {
    // On a system that is still broken, the next plan would break more and prove nothing.
    if (io.abort.aborted || entries.some(({ exit }) => exit === EXIT.faultMayRemain)) break;
    const place = folderFor(loaded, options, plans.length, runIdOf(loaded));
    const outcome = await runOne(loaded, place, options, faults, io, log).catch(
      (bug): RunOutcome => ({ folder: place.folder, leftBehind: [], bug }),
    );
    entries.push(conclude(loaded, outcome, mask, io));
  }
  const codes = entries.map(({ exit }) => exit);
  if (io.abort.aborted && entries.length < plans.length) codes.push(EXIT.aborted);
  if (plans.length > 1) codes.push(await tellSuite(options.out ?? 'runs', entries, plans, io));
  return worstExit(codes);
}

/** Says what is not in the table, and finds the one exit code. */
function conclude({ plan }: LoadedPlan, outcome: RunOutcome, mask: Mask, io: RunIo): SuiteEntry {
  const { report, folder, bug, unwritten, leftBehind } = outcome;
  const codes: ExitCode[] = report ? [exitCodeOf(report)] : [];
  if (leftBehind.length > 0) codes.push(EXIT.faultMayRemain);
  if (leftBehind.length > 0 && !report) io.stderr(`FAULT LEFT BEHIND by ${leftBehind.join(', ')}\n`);
  // A pass that nobody can look up tomorrow is none.
  if (unwritten !== undefined) codes.push(EXIT.inconclusive);
  if (unwritten !== undefined) io.stderr(mask(`The report could not be written to ${folder}: ${unwritten}\n`));
  if (bug !== undefined) codes.push(bug instanceof FolderProblem ? EXIT.badPlan : EXIT.bug);
  if (bug !== undefined) io.stderr(mask(`${describeBug(bug)}\n`));
  const problem = bug instanceof Error ? mask(bug.message) : undefined;
  return { plan: plan.name, report, problem, folder, exit: worstExit(codes) };
}

async function tellSuite(folder: string, entries: SuiteEntry[], plans: LoadedPlan[], io: RunIo): Promise<ExitCode> {
  const names = plans.map(({ plan }) => plan.name);
  try {
    io.stdout(await writeSuite(folder, entries, names));
    return EXIT.pass;
  } catch (error) {
    return say(io.stderr, `The suite report could not be written to ${folder}: ${String(error)}\n`, EXIT.inconclusive);
  }
}

interface Place {
  run: string;
  folder: string;
}

function runIdOf({ plan }: LoadedPlan): string {
  return `${plan.name}-${timeStamp()}-${randomBytes(2).toString('hex')}`;
}

function timeStamp(): string {
  return new Date().toISOString().replace(/[-:]|\.\d+/g, '');
}

function folderFor({ plan }: LoadedPlan, { out }: RunOptions, plans: number, run: string): Place {
  if (out === undefined) return { run, folder: join('runs', run) };
  return { run, folder: plans > 1 ? join(out, plan.name) : out };
}

async function runOne(
  loaded: LoadedPlan,
  { run, folder }: Place,
  options: RunOptions,
  faults: string,
  io: RunIo,
  log: Log,
): Promise<RunOutcome> {
  const { plan, secrets, resolvedYaml } = loaded;
  const clock = await io.createClock();
  const { style, colour } = styleFor(io.env, io.terminal.isTty);
  const progress = createProgress({
    plan,
    now: () => clock.now(),
    output: options.quiet ? { write() {} } : io.terminal,
    style: options.format === 'json' ? log : style,
    colour,
  });
  try {
    const outcome = await runPlan({
      ...{ plan, run, folder, clock, log, progress, registries: io.registries, abort: io.abort, version: io.version },
      planText: resolvedYaml,
      mask: secrets.length > 0 ? maskOf(secrets) : undefined,
      faultsFolder: faults,
      ownPod: ownPodIn(io.env),
    });
    progress.close();
    if (outcome.report) {
      const table = renderTable(outcome.report, { width: io.terminal.columns ?? 100, colour });
      io.stdout(`\n${table}${outcome.unwritten === undefined ? `\nReport: ${whereToLook(folder)}\n` : ''}`);
    }
    return outcome;
  } finally {
    progress.close();
  }
}

/** As the downward API tells it, which a person has to ask for. */
function ownPodIn({ POD_NAME: name, POD_NAMESPACE: namespace }: RunIo['env']): RunPlanSetting['ownPod'] {
  return name ? { name, ...(namespace ? { namespace } : {}) } : undefined;
}

function describeBug(bug: unknown): string {
  if (bug instanceof FolderProblem) return bug.message;
  return `This is a bug of Steadfast: ${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}`;
}

function say(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}
