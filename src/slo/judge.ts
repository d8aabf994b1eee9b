import { experimentResult } from './experiment-result.ts';
import { type ExperimentFacts, experimentFacts, judgeAll } from './judge-objective.ts';
import type { Plan } from './model/plan.ts';
import {
  type BaselineResult,
  type ExperimentResult,
  type ObjectiveResult,
  REPORT_SCHEMA,
  type Report,
  type Verdict,
} from './model/report.ts';
import { probeHealth } from './probe-health.ts';
import { proberHealth } from './prober-health.ts';
import { proofOf, withProof } from './proof.ts';
import type { Recording } from './recording.ts';
import { applyStat } from './stats/statistic.ts';
import { baselinePoints } from './target.ts';

/** Judges a recorded run. A pure function: the same plan and timeline give the same report, today and tomorrow. */
export function judge(plan: Plan, recording: Recording): Report {
  const facts = plan.experiments.map((experiment) => experimentFacts(plan, recording, experiment));
  const judged = facts.map(judgeExperiment);
  const objectives = judged.flatMap(({ objectives }) => objectives);
  const experiments = judged.map(({ experiment }) => experiment);
  const cut = cutReason(recording);
  const aborted = recording.end?.cause === 'aborted' ? (recording.end.reason ?? 'no reason was recorded') : undefined;
  const verdict = overall(objectives, experiments, cut !== undefined || aborted !== undefined);
  return {
    schema: REPORT_SCHEMA,
    run: recording.header?.run ?? 'unknown',
    plan: plan.name,
    labels: plan.labels,
    digest: recording.header?.digest ?? plan.digest,
    seed: plan.seed,
    version: recording.header?.version ?? 'unknown',
    startedAt: recording.header?.startedAt ?? 'unknown',
    ...endedAt(recording),
    verdict,
    summary: summarize(verdict, objectives, experiments, aborted, cut),
    ...(aborted !== undefined && { aborted }),
    ...(cut !== undefined && { cut }),
    injectedAnything: facts.some(({ times }) => times.requested !== undefined),
    experiments,
    objectives,
    baselines: plan.baselines.map((baseline) => baselineResult(baseline, recording)),
    probes: probeHealth(plan, recording),
    ...(recording.troubles.length > 0 && { probers: proberHealth(recording) }),
    deliveries: [],
  };
}

function judgeExperiment(facts: ExperimentFacts): { experiment: ExperimentResult; objectives: ObjectiveResult[] } {
  const proof = proofOf(facts);
  return {
    experiment: experimentResult(facts, proof),
    objectives: judgeAll(facts).map((result) => withProof(result, proof)),
  };
}

/**
 * The worst over the critical objectives; nothing is never a pass, nor is a run that was aborted, cut or left a fault behind, nor one with an
 * experiment that did not come about, whether or not an objective speaks of it.
 */
function overall(objectives: ObjectiveResult[], experiments: ExperimentResult[], incomplete: boolean): Verdict {
  const critical = objectives.filter(({ severity }) => severity === 'critical');
  if (critical.some(({ verdict }) => verdict === 'fail')) return 'fail';
  const unclean =
    incomplete || experiments.some(({ leftBehind, status }) => leftBehind !== undefined || status !== 'ran');
  if (unclean || critical.length === 0 || critical.some(({ verdict }) => verdict !== 'pass')) return 'inconclusive';
  return 'pass';
}

function cutReason(recording: Recording): string | undefined {
  if (recording.problems.length > 0) return recording.problems[0];
  if (!recording.header) return 'the timeline has no header';
  return recording.end ? undefined : 'the recording ends before the run did';
}

function endedAt(recording: Recording): { endedAt?: string } {
  if (!recording.end || !recording.header) return {};
  return { endedAt: new Date(Date.parse(recording.header.startedAt) + recording.end.at).toISOString() };
}

function summarize(
  verdict: Verdict,
  objectives: ObjectiveResult[],
  experiments: ExperimentResult[],
  aborted: string | undefined,
  cut: string | undefined,
): string {
  const left = experiments.find(({ leftBehind }) => leftBehind !== undefined);
  if (left) return `${verdict}: a fault of ${left.experiment} may still be there: ${left.leftBehind}`;
  if (aborted !== undefined) return `${verdict}: the run was aborted: ${aborted}`;
  if (cut !== undefined) return `${verdict}: ${cut}`;
  const critical = objectives.filter(({ severity }) => severity === 'critical');
  if (critical.length === 0) return 'inconclusive: the plan has no critical objective';
  const worst = critical.find((result) => result.verdict === verdict);
  if (!worst) return `${verdict}: ${idleText(experiments)}`;
  const count = critical.filter((result) => result.verdict === verdict).length;
  if (verdict === 'pass') return `pass: all ${count} critical objectives were met`;
  const others = count > 1 ? ` (and ${count - 1} more)` : '';
  return `${verdict}: ${worst.objective} of ${worst.experiment}: ${worst.text}${others}`;
}

function idleText(experiments: ExperimentResult[]): string {
  const idle = experiments.find(({ status }) => status !== 'ran');
  return `${idle?.experiment} did not come about: ${idle?.reason ?? idle?.proof.text}`;
}

function baselineResult(baseline: Plan['baselines'][number], recording: Recording): BaselineResult {
  const points = baselinePoints(recording, baseline);
  const base = { baseline: baseline.name, query: baseline.query };
  if (!points.ok) return { ...base, low: null, high: null, points: 0, problem: points.text };
  const value = applyStat(points.values, baseline.stat);
  return { ...base, low: value, high: value, points: points.values.length };
}
