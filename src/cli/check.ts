import { formatDiagnostic } from '../plan/diagnostic.ts';
import { type Loaded, load } from '../plan/load.ts';
import { readArguments } from './arguments.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { counted } from './numbers-in-words.ts';

export const CHECK_USAGE = `Usage: steadfast check PLAN... [--cluster]

Reads plans (files, or directories with their *.yaml and *.yml) and says everything that is wrong with them, each thing at its place.
Touches nothing and asks no server.

  --cluster   also asks the cluster whether the experiments could run now: permissions, Chaos Mesh, targets, approvals, a server-side
              dry run; changes nothing, and says for each problem what to run next

Exit codes: 0 every plan is sound, 64 at least one is not, 69 the cluster is not ready for them.
`;

const OPTIONS = { help: { type: 'boolean', short: 'h' }, cluster: { type: 'boolean' } } as const;

/** `steadfast check`. */
export async function check(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const asked = await readArguments(args, OPTIONS);
  if (asked.ok && asked.values.help) return say(io.stdout, CHECK_USAGE, EXIT.pass);
  if (!asked.ok || asked.positionals.length === 0) {
    const problem = asked.ok ? 'Which plan? Name at least one file or directory.' : asked.problem;
    return say(io.stderr, `${problem}\n\n${CHECK_USAGE}`, EXIT.badPlan);
  }
  const loaded = await load(asked.positionals, io.registries, io.env);
  const sound = report(loaded, io);
  if (!asked.values.cluster) return sound;
  if (sound !== EXIT.pass) return say(io.stderr, 'The cluster was not asked: the plans come first.\n', sound);
  const { checkCluster } = await import('./check-cluster.ts');
  return checkCluster(
    loaded.plans.map(({ plan }) => plan),
    io,
  );
}

function report({ plans, diagnostics }: Loaded, io: CommandIo): ExitCode {
  for (const diagnostic of diagnostics) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
  for (const { plan, file } of plans) {
    const parts = [
      counted(plan.experiments.length, 'experiment'),
      counted(plan.probes.length, 'probe'),
      counted(plan.objectives.length, 'objective'),
    ];
    io.stdout(`${plan.name}: sound (${file}): ${parts.join(', ')}; ${plan.digest}\n`);
  }
  return conclude(plans.length, diagnostics, io);
}

function conclude(plans: number, diagnostics: Loaded['diagnostics'], io: CommandIo): ExitCode {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  if (diagnostics.length > 0) io.stderr(`${counted(errors, 'error')}, ${counted(warnings, 'warning')}\n`);
  if (errors === 0 && plans === 0) io.stderr('There is no plan in there.\n');
  return errors === 0 && plans > 0 ? EXIT.pass : EXIT.badPlan;
}

function say(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}
