import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What was asked for on a command line, or what is wrong with it. */
export type Asked<Options extends NonNullable<ParseArgsConfig['options']>> =
  | { ok: true; values: ReturnType<typeof parsed<Options>>['values']; positionals: string[] }
  | { ok: false; problem: string };

function parsed<Options extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: Options) {
  return parseArgs({ args: [...args], options, allowPositionals: true });
}

/** Reads a command's arguments; an unknown option is a problem in plain words, not an exception. */
export function readArguments<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
): Asked<Options> {
  try {
    const { values, positionals } = parsed(args, options);
    return { ok: true, values, positionals };
  } catch (error) {
    return { ok: false, problem: (error as Error).message.split('. To specify')[0]! };
  }
}
