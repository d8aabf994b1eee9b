import { access, constants, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatDiagnostic } from '../plan/diagnostic.ts';
import { load } from '../plan/load.ts';
import { judge } from '../slo/judge.ts';
import type { Indicator, PhaseName, Plan } from '../slo/model/plan.ts';
import type { Report } from '../slo/model/report.ts';
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
  const chosen = await planToJudge(folder, asked.values.plan, io);
  if (!chosen) return EXIT.badPlan;
  const report = judgeAgain(chosen, readRecording(join(folder, RUN_FILES.timeline)));
  io.stdout(renderTable(report));
  const written = asked.values.out === undefined || (await tryWrite(asked.values.out, report, io));
  return written ? exitCodeOf(report) : EXIT.badPlan;
}

/** A verdict by another plan than the one that was run says so, wherever it is read. */
function judgeAgain({ plan, objectivesFrom }: Chosen, recording: Recording): Report {
  const report = judge(plan, recording);
  const ran = recording.header?.digest ?? plan.digest;
  const remarks = [
    ...(plan.digest === ran ? [] : [`by a plan whose digest is not that of the run, ${ran}`]),
    ...(objectivesFrom === undefined ? [] : [`by the objectives of ${objectivesFrom}`]),
  ];
  if (remarks.length === 0) return report;
  return { ...report, digest: plan.digest, summary: `${report.summary}; judged ${remarks.join(', ')}` };
}

async function tryWrite(folder: string, report: Report, io: CommandIo): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await writeReports(folder, report);
    return true;
  } catch (error) {
    io.stderr(`The report cannot be written to ${folder}: ${(error as Error).message}\n`);
    return false;
  }
}

async function missingFile(folder: string): Promise<string | undefined> {
  for (const path of [join(folder, RUN_FILES.plan), join(folder, RUN_FILES.timeline)])
    if (!(await isReadableFile(path))) return path;
  return undefined;
}

async function isReadableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Reads a timeline into the form that the judge reads. What is damaged in it is said, and never passes. */
export function readRecording(path: string): Recording {
  const recording = new Recording();
  const reading = readTimeline(path, (entry) => recording.add(entry));
  recording.problems.push(...damageOf(reading));
  return recording;
}

interface Chosen {
  plan: Plan;
  /** Where the objectives are from, if not from the recorded plan. */
  objectivesFrom?: string;
}

/** The recorded plan; with a new one, its objectives in place of the recorded ones. */
async function planToJudge(folder: string, newPlan: string | undefined, io: CommandIo): Promise<Chosen | undefined> {
  const recorded = await loadOne(join(folder, RUN_FILES.plan), io, true);
  if (!recorded || newPlan === undefined) return recorded && { plan: recorded };
  const fresh = await loadOne(newPlan, io, false);
  if (!fresh) return undefined;
  const stranger = strangerIn(fresh, recorded);
  if (stranger === undefined)
    return {
      plan: { ...recorded, objectives: fresh.objectives },
      objectivesFrom: `${newPlan}, ${fresh.digest}`,
    };
  io.stderr(`${newPlan}: ${stranger}\n`);
  return undefined;
}

/** Objectives may only speak of what was recorded. */
function strangerIn(fresh: Plan, recorded: Plan): string | undefined {
  const names = (list: readonly { name: string }[]): Set<string> => new Set(list.map(({ name }) => name));
  const probes = names(recorded.probes);
  const baselines = names(recorded.baselines);
  const experiments = names(recorded.experiments);
  for (const { name, indicator, phase, bound, experiments: wanted } of fresh.objectives) {
    const missing = probesIn(indicator).find((probe) => !probes.has(probe));
    if (missing !== undefined) return `objective ${name}: the run recorded no probe ${missing}`;
    if (bound.target.kind === 'baseline' && !baselines.has(bound.target.baseline))
      return `objective ${name}: the run recorded no baseline ${bound.target.baseline}`;
    const unknown = wanted?.find((experiment) => !experiments.has(experiment));
    if (unknown !== undefined) return `objective ${name}: the run had no experiment ${unknown}`;
    if (asksAnew(name, indicator, phase, recorded))
      return `objective ${name}: the run recorded the answer to another query`;
  }
  return undefined;
}

function probesIn(indicator: Indicator): string[] {
  if (indicator.kind === 'query') return [];
  return indicator.kind === 'completeness' ? [indicator.probe, indicator.in] : [indicator.probe];
}

/** What was recorded under an objective's name is the answer to its query of that time, and not to one that was changed since. */
function asksAnew(name: string, indicator: Indicator, phase: PhaseName, recorded: Plan): boolean {
  const asked = recorded.objectives.find((objective) => objective.name === name);
  const before = asked?.indicator;
  if (indicator.kind !== 'query' || before?.kind !== 'query') return false;
  return phase !== asked?.phase || indicator.query !== before.query || indicator.source !== before.source;
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
