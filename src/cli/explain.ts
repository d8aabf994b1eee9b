import { formatDiagnostic } from '../plan/diagnostic.ts';
import { load } from '../plan/load.ts';
import { readArguments } from './arguments.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { explainPlan } from './explain/plan.ts';
import type { CommandIo } from './io.ts';

export const EXPLAIN_USAGE = `Usage: steadfast explain PLAN...

Says what a run would do and when, what it would break, what each objective means and how fine it can be decided, and for how long the run
can take at the most. Touches nothing and asks no server.
`;

const OPTIONS = { help: { type: 'boolean', short: 'h' } } as const;

/** `steadfast explain`. */
export async function explain(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const asked = await readArguments(args, OPTIONS);
  if (asked.ok && asked.values.help) return say(io.stdout, EXPLAIN_USAGE, EXIT.pass);
  if (!asked.ok || asked.positionals.length === 0) {
    const problem = asked.ok ? 'Which plan? Name at least one file or directory.' : asked.problem;
    return say(io.stderr, `${problem}\n\n${EXPLAIN_USAGE}`, EXIT.badPlan);
  }
  const { plans, diagnostics, mask } = await load(asked.positionals, io.registries, io.env);
  for (const diagnostic of diagnostics) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
  io.stdout(mask(plans.map((loaded) => explainPlan(loaded, io.registries)).join('\n')));
  const sound = plans.length > 0 && diagnostics.every(({ severity }) => severity === 'warning');
  return sound ? EXIT.pass : EXIT.badPlan;
}

function say(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}
