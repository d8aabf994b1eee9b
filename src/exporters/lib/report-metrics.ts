import { BASE_UNITS, METRICS, PLAN_LABEL_PREFIX, toBaseUnit } from '../../slo/conventions.ts';
import type { Unit } from '../../slo/model/plan.ts';
import type { ExperimentResult, ObjectiveResult, ProbeHealth, Report, Verdict } from '../../slo/model/report.ts';
import { labelName } from './label-name.ts';
import type { MetricStore } from './metric-store.ts';

const VERDICTS: readonly Verdict[] = ['pass', 'fail', 'inconclusive'];
const STATUSES: readonly ExperimentResult['status'][] = ['ran', 'not-injected', 'not-run', 'aborted', 'cut'];

/** Shows a whole report as metrics. */
export function observeReport(store: MetricStore, report: Report): void {
  showRun(store, report);
  for (const result of report.objectives) showObjective(store, report.plan, result);
  for (const result of report.experiments) showExperiment(store, report.plan, result);
  for (const health of report.probes) showProbe(store, report.plan, health);
  for (const { baseline, low, high, problem } of report.baselines) {
    if (problem !== undefined) continue;
    store.set(METRICS.baselineLow, { plan: report.plan, baseline }, low ?? Number.NEGATIVE_INFINITY);
    store.set(METRICS.baselineHigh, { plan: report.plan, baseline }, high ?? Number.POSITIVE_INFINITY);
  }
  for (const { exporter, target, state } of report.deliveries)
    store.set(METRICS.delivery, { plan: report.plan, exporter, target }, state === 'delivered' ? 1 : 0);
}

function showRun(store: MetricStore, report: Report): void {
  const { plan, run, digest, version, seed } = report;
  store.set(METRICS.runInfo, { plan, run, digest, version, seed: String(seed) }, 1);
  store.set(METRICS.planLabels, { ...prefixed(report.labels), plan }, 1);
  for (const verdict of VERDICTS) store.set(METRICS.runVerdict, { plan, verdict }, report.verdict === verdict ? 1 : 0);
  store.set(METRICS.runStart, { plan }, Date.parse(report.startedAt) / 1000);
  if (report.endedAt !== undefined) store.set(METRICS.runEnd, { plan }, Date.parse(report.endedAt) / 1000);
  store.set(METRICS.runAborted, { plan }, report.aborted === undefined && report.cut === undefined ? 0 : 1);
}

function prefixed(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [PLAN_LABEL_PREFIX + labelName(name), value]),
  );
}

function showObjective(store: MetricStore, plan: string, result: ObjectiveResult): void {
  const { experiment, objective, phase, severity, measurement, target, margin } = result;
  const labels = { plan, experiment, objective, phase, severity };
  for (const verdict of VERDICTS)
    store.set(METRICS.objectiveVerdict, { ...labels, verdict }, result.verdict === verdict ? 1 : 0);
  if (measurement) showMeasurement(store, labels, measurement);
  if (target) {
    const withUnit = { ...labels, unit: BASE_UNITS[target.unit].name, op: target.op };
    store.set(METRICS.targetLow, withUnit, toBaseUnit(target.low, target.unit));
    store.set(METRICS.targetHigh, withUnit, toBaseUnit(target.high, target.unit));
  }
  const unit = measurement?.unit ?? target?.unit;
  if (margin !== undefined && unit !== undefined)
    store.set(METRICS.margin, { ...labels, unit: BASE_UNITS[unit].name }, toBaseUnit(margin, unit));
}

type ObjectiveLabels = Record<'plan' | 'experiment' | 'objective' | 'phase' | 'severity', string>;

function showMeasurement(
  store: MetricStore,
  labels: ObjectiveLabels,
  { low, high, unit, good, bad, missing, seen }: NonNullable<ObjectiveResult['measurement']>,
): void {
  const withUnit = { ...labels, unit: BASE_UNITS[unit].name };
  store.set(METRICS.measuredLow, withUnit, boundOf(low, unit, Number.NEGATIVE_INFINITY));
  store.set(METRICS.measuredHigh, withUnit, boundOf(high, unit, Number.POSITIVE_INFINITY));
  for (const [outcome, count] of Object.entries({ good, bad, missing }))
    store.set(METRICS.objectiveReadings, { ...labels, outcome }, count);
  store.set(METRICS.objectiveTraffic, labels, seen);
}

function boundOf(value: number | null, unit: Unit, unbounded: number): number {
  return value === null ? unbounded : toBaseUnit(value, unit);
}

function showExperiment(store: MetricStore, plan: string, result: ExperimentResult): void {
  const labels = { plan, experiment: result.experiment };
  for (const status of STATUSES)
    store.set(METRICS.experimentStatus, { ...labels, status }, result.status === status ? 1 : 0);
  store.set(METRICS.faultProven, labels, result.proof.state === 'proven' ? 1 : 0);
  store.set(METRICS.faultLeftBehind, labels, result.leftBehind === undefined ? 0 : 1);
  if (result.injectionMs !== undefined) store.set(METRICS.injection, labels, result.injectionMs / 1000);
  if (result.removalMs !== undefined) store.set(METRICS.removal, labels, result.removalMs / 1000);
  for (const [phase, span] of Object.entries(result.phases))
    if (span) store.set(METRICS.phaseLength, { ...labels, phase }, (span.to - span.from) / 1000);
}

function showProbe(store: MetricStore, plan: string, { probe, vantage, good, bad, missing }: ProbeHealth): void {
  for (const [outcome, count] of Object.entries({ good, bad, missing }))
    store.raise(METRICS.probeSlots, { plan, probe, vantage, outcome }, count);
}
