import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { faultsFolder } from '../chaos/state-folder.ts';
import { sweepOrphans } from '../chaos/sweep.ts';
import type { Log } from '../clients/log.ts';
import { formatDiagnostic } from '../plan/diagnostic.ts';
import { type LoadedPlan, load } from '../plan/load.ts';
import { type Mask, maskOf } from '../plan/mask.ts';
import type { Clock } from '../scheduler/clock.ts';
import { renderTable } from '../slo/render/table.ts';
import { readArguments } from './arguments.ts';
import { EXIT, type ExitCode, worstExit } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { exitCodeOf } from './outcome.ts';
import { createProgress, styleFor } from './progress.ts';
import { type RunOutcome, runPlan, whereToLook } from './run/run-plan.ts';
import { type SuiteEntry, writeSuite } from './run/suite.ts';

export const RUN_USAGE = `Usage: steadfast run PLAN... [options]

Drives the experiments of each plan, records what the probes see, judges the recording and exports the verdict.

  --only NAME      run only the plan of this name (may be given more than once)
  --out DIR        leave the files of the run here (default: runs/<run id>; with several plans: DIR/<plan>)
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
  const folder = faultsFolder(io.env);
  if (folder === undefined)
    return say(io.stderr, 'No place is known for what must be undone: set STEADFAST_STATE or HOME\n', EXIT.notReady);
  const log = await io.createLog(options.format, loaded.mask);
  if (!(await sweepFirst(folder, io, log))) return EXIT.faultMayRemain;
  return runAll(loaded.plans, options, folder, io, log);
}

async function readOptions(args: readonly string[]): Promise<RunOptions | string> {
  const asked = await readArguments(args, OPTIONS);
  if (!asked.ok) return asked.problem;
  const { values, positionals } = asked;
  if (values.help) return 'help';
  if (positionals.length === 0) return 'Which plan? Name at least one file or folder.';
  const format = values['log-format'] ?? 'text';
  if (format !== 'text' && format !== 'json') return `--log-format is text or json, not ${format}`;
  return { paths: positionals, only: values.only, out: values.out, quiet: values.quiet === true, format };
}

async function loadPlans(options: RunOptions, io: RunIo): Promise<{ plans: LoadedPlan[]; mask: Mask } | undefined> {
  const { plans, diagnostics, mask } = await load(options.paths, io.registries, io.env);
  for (const diagnostic of diagnostics) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
  if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
  const wanted = options.only ? plans.filter(({ plan }) => options.only!.includes(plan.name)) : plans;
  const unknown = options.only?.find((name) => !plans.some(({ plan }) => plan.name === name));
  if (unknown === undefined && wanted.length > 0) return { plans: wanted, mask };
  const known = plans.map(({ plan }) => plan.name).join(', ');
  io.stderr(
    unknown === undefined ? 'There is no plan in there.\n' : `There is no plan ${unknown}; there are: ${known}\n`,
  );
  return undefined;
}

/** What an earlier run left behind goes first; if it will not go, nothing new is broken. */
async function sweepFirst(folder: string, io: RunIo, log: Log): Promise<boolean> {
  const { removed, failed } = await sweepOrphans(folder, io.registries.drivers, io.abort, log);
  for (const fault of removed)
    io.stderr(`removed what run ${fault.run} had left behind (${fault.experiment}): ${fault.text}\n`);
  for (const fault of failed)
    io.stderr(
      `STILL THERE from run ${fault.run} (${fault.experiment}): ${fault.text}\nNothing was started. Remove it, then: steadfast sweep\n`,
    );
  return failed.length === 0;
}

async function runAll(
  plans: LoadedPlan[],
  options: RunOptions,
  faults: string,
  io: RunIo,
  log: Log,
): Promise<ExitCode> {
  const entries: SuiteEntry[] = [];
  const codes: ExitCode[] = [];
  for (const loaded of plans) {
    if (io.abort.aborted) break;
    const outcome = await runOne(
      loaded,
      folderFor(loaded, options, plans.length, runIdOf(loaded)),
      options,
      faults,
      io,
      log,
    );
    const code =
      outcome.bug === undefined ? exitCodeOf(outcome.report) : worstExit([EXIT.bug, exitCodeOf(outcome.report)]);
    codes.push(code);
    entries.push({ report: outcome.report, folder: outcome.folder, exit: code });
  }
  if (io.abort.aborted && entries.length < plans.length) codes.push(EXIT.aborted);
  if (plans.length > 1)
    io.stdout(
      await writeSuite(
        options.out ?? 'runs',
        entries,
        plans.map(({ plan }) => plan.name),
      ),
    );
  return worstExit(codes);
}

interface Place {
  run: string;
  folder: string;
}

function runIdOf({ plan }: LoadedPlan): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return `${plan.name}-${time}-${randomBytes(2).toString('hex')}`;
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
    });
    progress.close();
    io.stdout(
      `\n${renderTable(outcome.report, { width: io.terminal.columns ?? 100, colour })}\nReport: ${whereToLook(folder)}\n`,
    );
    if (outcome.bug !== undefined) io.stderr(`This is a bug of Steadfast: ${describeBug(outcome.bug)}\n`);
    return outcome;
  } finally {
    progress.close();
  }
}

function describeBug(bug: unknown): string {
  return bug instanceof Error ? (bug.stack ?? bug.message) : String(bug);
}

function say(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}
