import type { ParseArgsConfig, ParseArgsOptionDescriptor } from 'node:util';

/** What a command takes. A default is the command's own matter. */
type Options = Record<string, ParseArgsOptionDescriptor & { default?: never }>;

/** What was asked for on a command line, or what is wrong with it. */
export type Asked<Known extends Options> =
  | { ok: true; values: Parsed<Known>['values']; positionals: string[] }
  | { ok: false; problem: string };

type Parsed<Known extends Options> = Awaited<ReturnType<typeof parsed<Known>>>;

/** Reads a command's arguments; an unknown option is a problem in plain words, not an exception. */
export async function readArguments<Known extends Options>(
  args: readonly string[],
  known: Known,
): Promise<Asked<Known>> {
  // To load node:util takes as long as reading a small plan.
  if (!args.some((arg) => arg.startsWith('-')))
    return { ok: true, values: {} as Parsed<Known>['values'], positionals: [...args] };
  try {
    const { values, positionals } = await parsed(args, known);
    return { ok: true, values, positionals };
  } catch (error) {
    return { ok: false, problem: (error as Error).message.split('. To specify')[0]! };
  }
}

async function parsed<Known extends Options>(args: readonly string[], options: Known) {
  const { parseArgs } = await import('node:util');
  return parseArgs({ args: [...args], options, allowPositionals: true } satisfies ParseArgsConfig);
}
