import type { QueryAnswer, QueryClient } from '../clients/query.ts';
import { toOffset } from '../clients/query.ts';
import type { Offset, Reference } from '../slo/model/entry.ts';
import type { BaselineSpec, Indicator, Objective, Plan } from '../slo/model/plan.ts';

/** The time of the run that an objective speaks of, where it has come about. */
export type WindowOf = (objective: Objective) => { from: Offset; to: Offset } | undefined;

/** What is asked, of whom, about which time. */
interface Question {
  of: string;
  source: string;
  query: string;
  fromUnixMs: number;
  toUnixMs: number;
  /** 0 for an instant query at the end of the range. */
  stepMs: number;
}

/** Asks for every baseline of the plan. Trouble lands in `Reference.error`; nothing throws. */
export function collectBaselines(
  plan: Plan,
  clients: ReadonlyMap<string, QueryClient>,
  runStartUnixMs: number,
  signal: AbortSignal,
): Promise<Reference[]> {
  const questions = plan.baselines.map((baseline) => baselineQuestion(baseline, runStartUnixMs));
  return askAll(questions, clients, runStartUnixMs, signal);
}

/**
 * Asks for every objective of the experiment whose indicator is a query, over the time it speaks of; where it is compared with the
 * steady phase, over that as well (`windowOf` is asked again, with the phase `steady`). A phase that did not come about is not asked for.
 */
export function collectObjectiveQueries(
  plan: Plan,
  experiment: string,
  windowOf: WindowOf,
  clients: ReadonlyMap<string, QueryClient>,
  runStartUnixMs: number,
  signal: AbortSignal,
): Promise<Reference[]> {
  const mine = plan.objectives.filter(
    ({ experiments }) => experiments === undefined || experiments.includes(experiment),
  );
  const questions = mine.flatMap((objective) => objectiveQuestions(objective, experiment, windowOf, runStartUnixMs));
  return askAll(questions, clients, runStartUnixMs, signal);
}

function baselineQuestion(baseline: BaselineSpec, runStartUnixMs: number): Question {
  const { name, source, query, lastMs } = baseline;
  const stepMs = lastMs === 0 ? 0 : baseline.stepMs;
  return {
    of: `baseline:${name}`,
    source,
    query,
    fromUnixMs: runStartUnixMs - lastMs,
    toUnixMs: runStartUnixMs,
    stepMs,
  };
}

function objectiveQuestions(
  objective: Objective,
  experiment: string,
  windowOf: WindowOf,
  runStartUnixMs: number,
): Question[] {
  const { indicator } = objective;
  if (indicator.kind !== 'query') return [];
  const of = `objective:${objective.name}@${experiment}`;
  const windows = [{ of, window: windowOf(objective) }];
  if (objective.bound.target.kind === 'steady')
    windows.push({ of: `${of}:steady`, window: windowOf({ ...objective, phase: 'steady' }) });
  return windows.flatMap(({ of, window }) =>
    window ? [windowQuestion(of, indicator, window.from + runStartUnixMs, window.to + runStartUnixMs)] : [],
  );
}

function windowQuestion(
  of: string,
  { source, query, stepMs }: Indicator & { kind: 'query' },
  windowFromUnixMs: number,
  windowToUnixMs: number,
): Question {
  const fromUnixMs = Math.ceil(windowFromUnixMs);
  const toUnixMs = Math.max(fromUnixMs, Math.floor(windowToUnixMs));
  const defaultStepMs = Math.max(1000, Math.ceil((toUnixMs - fromUnixMs) / 300));
  return { of, source, query, fromUnixMs, toUnixMs, stepMs: stepMs ?? defaultStepMs };
}

function askAll(
  questions: Question[],
  clients: ReadonlyMap<string, QueryClient>,
  runStartUnixMs: number,
  signal: AbortSignal,
): Promise<Reference[]> {
  return Promise.all(
    questions.map(async (question) => toReference(question, await ask(question, clients, signal), runStartUnixMs)),
  );
}

async function ask(
  question: Question,
  clients: ReadonlyMap<string, QueryClient>,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  const { query, source, fromUnixMs, toUnixMs, stepMs } = question;
  const client = clients.get(source);
  if (!client) return { ok: false, code: 'unreachable', message: `the source ${source} is not open` };
  if (stepMs === 0) return client.instant(query, signal, toUnixMs / 1000);
  return client.range(query, fromUnixMs / 1000, toUnixMs / 1000, stepMs / 1000, signal);
}

function toReference(question: Question, answer: QueryAnswer, runStartUnixMs: number): Reference {
  const { of, source, query, fromUnixMs, toUnixMs, stepMs } = question;
  const asked = { of, source, query, start: rfc3339(fromUnixMs), end: rfc3339(toUnixMs), step: stepMs / 1000 };
  if (!answer.ok) return { type: 'reference', ...asked, series: [], error: `${answer.code}: ${answer.message}` };
  const series = answer.series.map(({ labels, values }) => ({
    labels,
    values: values.map(([time, value]): [Offset, string] => [wholeMicroseconds(toOffset(time, runStartUnixMs)), value]),
  }));
  const warnings = answer.warnings.length > 0 ? { warnings: answer.warnings } : {};
  return { type: 'reference', ...asked, series, ...warnings };
}

/** Unix seconds as doubles are good to a quarter of a microsecond: a point on the edge of a window must not fall out of it. */
function wholeMicroseconds(offset: Offset): Offset {
  return Math.round(offset * 1000) / 1000;
}

function rfc3339(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
