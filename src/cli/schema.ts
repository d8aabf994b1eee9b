import { planJsonSchema } from '../plan/json-schema.ts';
import { readArguments } from './arguments.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { CommandIo } from './io.ts';

export const SCHEMA_USAGE = `Usage: steadfast schema

Prints the JSON Schema of a plan, for editors. What a schema cannot say (names that must exist, units that must fit) is left to
\`steadfast check\`.
`;

const OPTIONS = { help: { type: 'boolean', short: 'h' } } as const;

/** `steadfast schema`. */
export async function schema(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const asked = await readArguments(args, OPTIONS);
  if (asked.ok && asked.values.help) return say(io.stdout, SCHEMA_USAGE, EXIT.pass);
  if (!asked.ok) return say(io.stderr, `${asked.problem}\n\n${SCHEMA_USAGE}`, EXIT.badPlan);
  if (asked.positionals.length > 0) return say(io.stderr, `This takes no plan.\n\n${SCHEMA_USAGE}`, EXIT.badPlan);
  return say(io.stdout, `${JSON.stringify(planJsonSchema(io.registries), null, 2)}\n`, EXIT.pass);
}

function say(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}
