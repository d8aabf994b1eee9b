#!/usr/bin/env node
import { EXIT, type ExitCode } from './cli/exit-codes.ts';
import type { CommandIo } from './cli/io.ts';
import type { RunIo } from './cli/run-command.ts';
import { keepCompiledCode } from './compile-cache.ts';
import type { Mask } from './plan/mask.ts';
import { IS_BUNDLE, VERSION } from './version.ts';

const USAGE = `Usage: steadfast COMMAND [options]

Breaks a system on purpose, probes it without a break, and says pass, fail or inconclusive with the numbers.

  run PLAN...      drive, record, judge, export
  check PLAN...    read the plans and say what is wrong with them; with --cluster ask the cluster too; touches nothing
  explain PLAN     what a run would do, when, and for how long at the most; touches nothing
  serve PLAN       probe from here, all the time, for the runs that ask
  judge DIR        judge a recorded run again
  sweep            remove what an earlier run left behind
  schema           JSON Schema of the plan, for editors

  --help, --version; steadfast COMMAND --help says more.
`;

type Command = (args: readonly string[]) => Promise<ExitCode>;

const COMMANDS: Record<string, Command> = {
  run: async (args) => (await import('./cli/run-command.ts')).runCommand(args, await runIo()),
  check: async (args) => (await import('./cli/check.ts')).check(args, await io()),
  explain: async (args) => (await import('./cli/explain.ts')).explain(args, await io()),
  serve: async (args) => (await import('./cli/serve-command.ts')).serveCommand(args, await runIo()),
  judge: async (args) => (await import('./cli/judge-command.ts')).judgeCommand(args, await io()),
  sweep: async (args) => (await import('./cli/sweep.ts')).sweep(args, await io(), stopSignal()),
  schema: async (args) => (await import('./cli/schema.ts')).schema(args, await io()),
};

async function io(): Promise<CommandIo> {
  const { registries } = await import('./registries.ts');
  return {
    stdout,
    stderr,
    env: process.env,
    registries,
  };
}

async function runIo(): Promise<RunIo> {
  for (const stream of [process.stdout, process.stderr]) forgiving(stream);
  return {
    ...(await io()),
    abort: stopSignal(),
    version: VERSION,
    terminal: {
      isTty: process.stderr.isTTY === true,
      write: stderr,
      get columns() {
        return process.stdout.columns ?? process.stderr.columns;
      },
      get rows() {
        return process.stderr.rows;
      },
    },
    createClock: async () => (await import('./scheduler/system-clock.ts')).systemClock(),
    createLog,
  };
}

async function createLog(format: 'text' | 'json', mask: Mask) {
  hideSecrets = mask;
  // Through the stream, which forgives a disk that is full: pino's own way to a file throws in the middle of a run.
  const to = { write: stderr };
  if (format === 'json') return (await import('./clients/pino-log.ts')).createPinoLog({ level: 'info', to, mask });
  return (await import('./cli/text-log.ts')).createTextLog(stderr, mask);
}

/** Aborts on a signal and on an error of ours that nobody caught: whatever is broken is mended first, then the process ends. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)
    process.on(signal, () => {
      if (controller.signal.aborted) stderr(`${signal}: stopping already, the fault is removed first: please wait\n`);
      else controller.abort(new Error(`stopped by ${signal}`));
    });
  // Stopped by Ctrl-Z, the process that is to remove the fault would stand still, and the fault would stay.
  process.on('SIGTSTP', () => stderr('A run cannot be suspended, since its fault would stay. Ctrl-C ends it.\n'));
  const onBug = (error: unknown) => {
    uncaught ??= error;
    controller.abort(new Error('an error of Steadfast itself'));
  };
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
  return controller.signal;
}

let uncaught: unknown;

let hideSecrets: Mask = (text) => text;

function stdout(text: string): void {
  forgiving(process.stdout).write(text);
}

function stderr(text: string): void {
  forgiving(process.stderr).write(text);
}

/** A reader that closes the pipe early (head) is no reason to leave a fault behind. Only what is written to is opened: that takes time. */
function forgiving(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.listenerCount('error') > 0 ? stream : stream.on('error', () => undefined);
}

async function main(args: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-V') return say(stdout, `${VERSION}\n`, EXIT.pass);
  if (name === '--help' || name === '-h' || name === 'help') return say(stdout, USAGE, EXIT.pass);
  const command = name === undefined ? undefined : COMMANDS[name];
  if (command) return command(rest);
  return say(stderr, `${name === undefined ? '' : `There is no command ${name}.\n\n`}${USAGE}`, EXIT.badPlan);
}

function say(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}

function bug(error: unknown): ExitCode {
  const text = error instanceof Error ? error.stack : String(error);
  stderr(hideSecrets(`This is a bug of Steadfast ${VERSION}:\n${text}\n`));
  return EXIT.bug;
}

if (IS_BUNDLE) keepCompiledCode(process.env);
// Stands where the program ends without an answer: when it waits for something that nothing can bring any more.
process.exitCode = EXIT.bug;
const code = await main(process.argv.slice(2)).catch(bug);
process.exitCode = uncaught === undefined ? code : code === EXIT.faultMayRemain ? code : bug(uncaught);

// What a plug-in failed to close must not keep the process, and the pod around it, alive.
setTimeout(() => process.exit(), 5000).unref();
