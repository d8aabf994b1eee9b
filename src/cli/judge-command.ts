import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDiagnostic } from '../plan/diagnostic.ts';
import { load } from '../plan/load.ts';
import { judge } from '../slo/judge.ts';
import type { Indicator, Plan } from '../slo/model/plan.ts';
import { Recording } from '../slo/recording.ts';
import { renderTable } from '../slo/render/table.ts';
import { damageOf, readTimeline } from '../timeline/reader.ts';
import { readArguments } from './arguments.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { exitCodeOf } from './outcome.ts';
import { RUN_FILES, writeReports } from './run/run-folder.ts';

export const JUDGE_USAGE = `Usage: steadfast judge DIR [--plan PLAN] [--out DIR]

Judges a recorded run again, from its timeline alone: no server is asked.

  --plan PLAN   take the objectives from this plan; everything else stays as it was recorded
  --out DIR     write the reports here (default: nowhere, only the table is shown)
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  plan: { type: 'string' },
  out: { type: 'string' },
} as const;

/** `steadfast judge`. */
export async function judgeCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const asked = await readArguments(args, OPTIONS);
  if (asked.ok && asked.values.help) return say(io.stdout, JUDGE_USAGE, EXIT.pass);
  const folder = asked.ok && asked.positionals.length === 1 ? asked.positionals[0] : undefined;
  if (!asked.ok || folder === undefined)
    return say(
      io.stderr,
      `${asked.ok ? 'Which run? Name one folder.' : asked.problem}\n\n${JUDGE_USAGE}`,
      EXIT.badPlan,
    );
  const missing = await missingFile(folder);
  if (missing) return say(io.stderr, `${missing} cannot be read: is ${folder} the folder of a run?\n`, EXIT.badPlan);
  const plan = await planToJudge(folder, asked.values.plan, io);
  if (!plan) return EXIT.badPlan;
  const report = judge(plan, readRecording(join(folder, RUN_FILES.timeline)));
  io.stdout(renderTable(report));
  if (asked.values.out !== undefined) await writeReports(asked.values.out, report);
  return exitCodeOf(report);
}

async function missingFile(folder: string): Promise<string | undefined> {
  for (const path of [join(folder, RUN_FILES.plan), join(folder, RUN_FILES.timeline)])
    if (
      await access(path).then(
        () => false,
        () => true,
      )
    )
      return path;
  return undefined;
}

/** Reads a timeline into the form that the judge reads. What is damaged in it is said, and never passes. */
export function readRecording(path: string): Recording {
  const recording = new Recording();
  const reading = readTimeline(path, (entry) => recording.add(entry));
  recording.problems.push(...damageOf(reading));
  return recording;
}

/** The recorded plan; with a new one, its objectives in place of the recorded ones. */
async function planToJudge(folder: string, newPlan: string | undefined, io: CommandIo): Promise<Plan | undefined> {
  const recorded = await loadOne(join(folder, RUN_FILES.plan), io, true);
  if (!recorded || newPlan === undefined) return recorded;
  const fresh = await loadOne(newPlan, io, false);
  if (!fresh) return undefined;
  const stranger = strangerIn(fresh, recorded);
  if (stranger === undefined) return { ...recorded, objectives: fresh.objectives };
  io.stderr(`${newPlan}: ${stranger}\n`);
  return undefined;
}

/** Objectives may only speak of what was recorded. */
function strangerIn(fresh: Plan, recorded: Plan): string | undefined {
  const names = (list: readonly { name: string }[]): Set<string> => new Set(list.map(({ name }) => name));
  const probes = names(recorded.probes);
  const baselines = names(recorded.baselines);
  const experiments = names(recorded.experiments);
  for (const { name, indicator, bound, experiments: wanted } of fresh.objectives) {
    if (indicator.kind !== 'query' && !probes.has(indicator.probe))
      return `objective ${name}: the run recorded no probe ${indicator.probe}`;
    if (bound.target.kind === 'baseline' && !baselines.has(bound.target.baseline))
      return `objective ${name}: the run recorded no baseline ${bound.target.baseline}`;
    const unknown = wanted?.find((experiment) => !experiments.has(experiment));
    if (unknown !== undefined) return `objective ${name}: the run had no experiment ${unknown}`;
    if (asksAnew(name, indicator, recorded)) return `objective ${name}: the run recorded the answer to another query`;
  }
  return undefined;
}

/** What was recorded under an objective's name is the answer to its query of that time, and not to one that was changed since. */
function asksAnew(name: string, indicator: Indicator, recorded: Plan): boolean {
  const before = recorded.objectives.find((objective) => objective.name === name)?.indicator;
  if (indicator.kind !== 'query' || before?.kind !== 'query') return false;
  return indicator.query !== before.query || indicator.source !== before.source;
}

async function loadOne(path: string, io: CommandIo, masked: boolean): Promise<Plan | undefined> {
  const { plans, diagnostics } = await load([path], io.registries, io.env, { masked });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  for (const diagnostic of errors) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
  if (errors.length === 0 && plans.length !== 1) io.stderr(`${path} holds ${plans.length} plans, and one is needed\n`);
  return plans.length === 1 && errors.length === 0 ? plans[0]!.plan : undefined;
}

function say(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}
