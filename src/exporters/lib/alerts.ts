import { ALERTS } from '../../slo/conventions.ts';
import type { ObjectiveResult, Report } from '../../slo/model/report.ts';
import { measuredText, targetText } from '../../slo/render/phrases.ts';
import { oneLine } from '../../slo/render/text.ts';
import { labelName } from './label-name.ts';

/** An alert as Alertmanager's API v2 takes it. */
export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL?: string;
}

export interface AlertTimes {
  nowMs: number;
  /** How long an alert stays if no later run renews or resolves it. */
  resolveAfterMs: number;
}

/** What may be alerted on: whether it is the case now decides whether the alert fires or is resolved. */
interface Condition {
  alertname: string;
  labels: Record<string, string>;
  holds: boolean;
  annotations: Record<string, string>;
}

/** One alert for each thing that can be wrong. What is not wrong this time is sent as ended, so that an earlier alert resolves. */
export function alertsOf(report: Report, times: AlertTimes): Alert[] {
  const conditions = [...report.objectives.flatMap(objectiveConditions), ...runConditions(report)];
  return conditions.map((condition) => toAlert(report, condition, times));
}

function objectiveConditions(result: ObjectiveResult): Condition[] {
  const { objective, experiment, phase, severity, verdict, text } = result;
  const labels = { objective, experiment, phase, severity };
  const annotations = {
    summary: `${objective} (${experiment}): ${verdict}, ${text}`,
    measured: measuredText(result),
    limit: targetText(result.target),
    reason: result.reason,
    notes: result.notes.join('; '),
  };
  return [
    { alertname: ALERTS.objectiveFailed, labels, holds: verdict === 'fail', annotations },
    { alertname: ALERTS.objectiveInconclusive, labels, holds: verdict === 'inconclusive', annotations },
  ];
}

function runConditions(report: Report): Condition[] {
  const aborted = report.aborted ?? report.cut;
  const unexplained = report.verdict !== 'pass' && report.objectives.every(({ verdict }) => verdict === 'pass');
  return [
    runCondition(ALERTS.runAborted, aborted !== undefined, `aborted: ${aborted}`),
    runCondition(ALERTS.runInconclusive, unexplained, report.summary),
    ...report.experiments.map(({ experiment, leftBehind }) => ({
      ...runCondition(ALERTS.faultLeftBehind, leftBehind !== undefined, `the fault may still be there: ${leftBehind}`),
      labels: { experiment, severity: 'critical' },
    })),
  ];
}

function runCondition(alertname: string, holds: boolean, summary: string): Condition {
  return { alertname, labels: { severity: 'critical' }, holds, annotations: { summary } };
}

function toAlert(report: Report, { alertname, labels, holds, annotations }: Condition, times: AlertTimes): Alert {
  const startMs = Math.min(Date.parse(report.startedAt) || times.nowMs, times.nowMs);
  return {
    labels: { ...planLabels(report), ...sendable(labels), alertname, plan: report.plan.toWellFormed() },
    annotations: holds ? sendable({ ...annotations, run: report.run }) : {},
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(times.nowMs + (holds ? times.resolveAfterMs : 0)).toISOString(),
  };
}

function planLabels(report: Report): Record<string, string> {
  return sendable(Object.fromEntries(Object.entries(report.labels).map(([name, value]) => [labelName(name), value])));
}

/** Without the empty ones, which Alertmanager drops or refuses, and fit for one line of a notification. */
function sendable(texts: Record<string, string>): Record<string, string> {
  const lines = Object.entries(texts).map(([name, text]) => [name, oneLine(text)] as const);
  return Object.fromEntries(lines.filter(([, text]) => text !== ''));
}
