/** Every name under which results leave the program: metrics, labels and alerts. Dashboards, rules and docs are made from this. */
import type { ChaosState } from './model/entry.ts';
import type { Unit } from './model/plan.ts';

/** One metric: its name is a promise to dashboards and alerts. */
export interface MetricConvention {
  name: string;
  type: 'gauge' | 'counter';
  help: string;
  labels: readonly string[];
}

const RUN = ['plan'] as const;
const EXPERIMENT = ['plan', 'experiment'] as const;
const OBJECTIVE = ['plan', 'experiment', 'objective', 'phase', 'severity'] as const;
const PROBE = ['plan', 'probe', 'vantage'] as const;

/** Prefix of the labels that carry the plan's own labels. */
export const PLAN_LABEL_PREFIX = 'label_';

export const METRICS = {
  runInfo: gauge('steadfast_run_info', 'The run that the other metrics speak of; always 1.', [
    ...RUN,
    'run',
    'digest',
    'version',
    'seed',
  ]),
  planLabels: gauge('steadfast_plan_labels', "The plan's own labels, each with the prefix label_; always 1.", RUN),
  runVerdict: gauge('steadfast_run_verdict', '1 for the verdict over all critical objectives, 0 for the others.', [
    ...RUN,
    'verdict',
  ]),
  runStart: gauge('steadfast_run_start_timestamp_seconds', 'When the run began, Unix time.', RUN),
  runEnd: gauge(
    'steadfast_run_end_timestamp_seconds',
    'When the run ended, Unix time; absent if its recording was cut.',
    RUN,
  ),
  runAborted: gauge('steadfast_run_aborted', '1 if the run was aborted or its recording was cut.', RUN),
  objectiveVerdict: gauge('steadfast_objective_verdict', '1 for the verdict of the objective, 0 for the others.', [
    ...OBJECTIVE,
    'verdict',
  ]),
  measuredLow: gauge(
    'steadfast_objective_measured_low',
    'Low bound of what was measured, in base units; -Inf: unbounded.',
    [...OBJECTIVE, 'unit'],
  ),
  measuredHigh: gauge(
    'steadfast_objective_measured_high',
    'High bound of what was measured, in base units; +Inf: unbounded.',
    [...OBJECTIVE, 'unit'],
  ),
  targetLow: gauge('steadfast_objective_target_low', 'Low bound of the limit as applied, in base units.', [
    ...OBJECTIVE,
    'unit',
    'op',
  ]),
  targetHigh: gauge('steadfast_objective_target_high', 'High bound of the limit as applied, in base units.', [
    ...OBJECTIVE,
    'unit',
    'op',
  ]),
  margin: gauge('steadfast_objective_margin', 'From the worse bound to the limit, in base units; positive is good.', [
    ...OBJECTIVE,
    'unit',
  ]),
  objectiveReadings: gauge(
    'steadfast_objective_readings',
    'Slots or readings that the objective rests on, by outcome.',
    [...OBJECTIVE, 'outcome'],
  ),
  objectiveTraffic: gauge('steadfast_objective_traffic', 'Traffic seen that made the objective decidable.', OBJECTIVE),
  experimentStatus: gauge('steadfast_experiment_status', '1 for what became of the experiment, 0 for the others.', [
    ...EXPERIMENT,
    'status',
  ]),
  faultProven: gauge('steadfast_fault_proven', "1 if the fault's mechanism was seen at work.", EXPERIMENT),
  faultLeftBehind: gauge('steadfast_fault_left_behind', '1 if the fault may still be there.', EXPERIMENT),
  injection: gauge('steadfast_fault_injection_seconds', 'From the request to real injection.', EXPERIMENT),
  removal: gauge('steadfast_fault_removal_seconds', 'From the request to remove it to real recovery.', EXPERIMENT),
  phaseLength: gauge('steadfast_phase_seconds', 'Length of the phase, from evidence.', [...EXPERIMENT, 'phase']),
  phaseNow: gauge('steadfast_phase', '1 for the step in which the experiment is now, 0 for the others.', [
    ...EXPERIMENT,
    'step',
  ]),
  probeSlots: counter('steadfast_probe_slots_total', 'Slots that fell due, by outcome.', [...PROBE, 'outcome']),
  probeValue: gauge(
    'steadfast_probe_value',
    "The last reading of a probe's level, in base units; connectMs is shown as connect.",
    [...PROBE, 'value', 'unit'],
  ),
  probeCount: counter('steadfast_probe_count_total', "The sum of a probe's counted readings, in base units.", [
    ...PROBE,
    'value',
    'unit',
  ]),
  baselineLow: gauge('steadfast_baseline_low', 'Low bound of what the baseline came to.', ['plan', 'baseline']),
  baselineHigh: gauge('steadfast_baseline_high', 'High bound of what the baseline came to.', ['plan', 'baseline']),
  delivery: gauge('steadfast_delivery', '1 if the results arrived there, 0 if not.', ['plan', 'exporter', 'target']),
} as const satisfies Record<string, MetricConvention>;

/** Steps of an experiment as the phase gauge and the progress display name them. */
export const STEPS = ['steady', 'injecting', 'fault', 'removing', 'recovery', 'draining', 'ended'] as const;
export type Step = (typeof STEPS)[number];

/** The step that an experiment enters with a chaos event. `failed` and `left-behind` say something, but lead nowhere. */
export const STEP_AFTER: Partial<Record<ChaosState, Step>> = {
  started: 'steady',
  requested: 'injecting',
  injected: 'fault',
  recovering: 'removing',
  recovered: 'recovery',
  quiesced: 'draining',
  ended: 'ended',
};

/** The base unit of a value and the factor that leads to it. */
export const BASE_UNITS: Record<Unit, { name: string; factor: number }> = {
  ms: { name: 'seconds', factor: 0.001 },
  s: { name: 'seconds', factor: 1 },
  ratio: { name: 'ratio', factor: 1 },
  bytes: { name: 'bytes', factor: 1 },
  '1': { name: '1', factor: 1 },
};

/** A value in its base unit. Dividing keeps 30 ms at exactly 0.03 s, which multiplying would not. */
export function toBaseUnit(value: number, unit: Unit): number {
  return unit === 'ms' ? value / 1000 : value * BASE_UNITS[unit].factor;
}

export const ALERTS = {
  objectiveFailed: 'SteadfastObjectiveFailed',
  objectiveInconclusive: 'SteadfastObjectiveInconclusive',
  runInconclusive: 'SteadfastRunInconclusive',
  runMissing: 'SteadfastRunMissing',
  resultsLost: 'SteadfastResultsLost',
  runAborted: 'SteadfastRunAborted',
  faultLeftBehind: 'SteadfastFaultLeftBehind',
} as const;

/** An alerting rule over the metrics as a Pushgateway shows them. */
export interface AlertRule {
  alert: string;
  expr: string;
  for: string;
  /** Absent where the series carries the objective's own severity. */
  severity?: 'critical' | 'warning';
  summary: string;
  description: string;
}

const BY_OBJECTIVE = `max by (${OBJECTIVE.join(', ')})`;
// Steps of ten minutes keep this cheap: all samples of ten days would be tens of thousands for each plan.
const LAST_DAYS = '[10d:10m]';
const RUN_START = METRICS.runStart.name;
const RUN_END = METRICS.runEnd.name;

/** What to alert on. A verdict that is missing is never taken for a pass: absence has alerts of its own. */
export const ALERT_RULES: readonly AlertRule[] = [
  {
    alert: ALERTS.objectiveFailed,
    expr: `${BY_OBJECTIVE} (${METRICS.objectiveVerdict.name}{verdict="fail"}) == 1`,
    for: '0s',
    summary: 'Objective {{ $labels.objective }} of {{ $labels.plan }} failed',
    description:
      'In experiment {{ $labels.experiment }} the system did not hold {{ $labels.objective }} ({{ $labels.phase }}).',
  },
  {
    alert: ALERTS.objectiveInconclusive,
    expr: `${BY_OBJECTIVE} (${METRICS.objectiveVerdict.name}{verdict="inconclusive"}) == 1`,
    for: '0s',
    summary: 'Objective {{ $labels.objective }} of {{ $labels.plan }} could not be decided',
    description:
      'Experiment {{ $labels.experiment }} does not show whether {{ $labels.objective }} ({{ $labels.phase }}) holds.',
  },
  {
    alert: ALERTS.runInconclusive,
    expr: `max by (plan) (${METRICS.runVerdict.name}{verdict="pass"}) == 0 unless on (plan) ${METRICS.objectiveVerdict.name}{verdict=~"fail|inconclusive"} == 1`,
    for: '0s',
    severity: 'critical',
    summary: 'The last run of {{ $labels.plan }} did not pass, and no objective says why',
    description:
      'The run did not pass although no objective failed or stayed undecided, for example because none is critical.',
  },
  {
    alert: ALERTS.runMissing,
    expr: `time() - max by (plan) (${RUN_END} or last_over_time(${RUN_END}${LAST_DAYS})) > 8 * 86400 or absent_over_time(${RUN_END}${LAST_DAYS})`,
    for: '10m',
    severity: 'critical',
    summary: 'No run of {{ with $labels.plan }}{{ . }}{{ else }}any plan{{ end }} for more than 8 days',
    description: 'Runs are weekly. Nothing was verified since the last one: see whether the CronJob still starts.',
  },
  {
    alert: ALERTS.resultsLost,
    expr: `max by (plan) (last_over_time(${RUN_START}${LAST_DAYS})) unless max by (plan) (${RUN_START})`,
    for: '10m',
    severity: 'warning',
    summary: 'The results of {{ $labels.plan }} have disappeared',
    description: 'The last verdicts are no longer served, so alerts that rest on them have resolved without a pass.',
  },
  {
    alert: ALERTS.runAborted,
    expr: `max by (plan) (${METRICS.runAborted.name}) == 1`,
    for: '0s',
    severity: 'critical',
    summary: 'The last run of {{ $labels.plan }} was aborted',
    description: 'A signal, a stop condition or a limit ended the run, or its recording was cut. It proves nothing.',
  },
  {
    alert: ALERTS.faultLeftBehind,
    expr: `max by (plan, experiment) (${METRICS.faultLeftBehind.name}) == 1`,
    for: '0s',
    severity: 'critical',
    summary: 'The fault of {{ $labels.experiment }} ({{ $labels.plan }}) may still be there',
    description: 'Its removal is not certain. Run `steadfast sweep`, then look at the targets.',
  },
];

function gauge<const Labels extends readonly string[]>(name: string, help: string, labels: Labels) {
  return { name, type: 'gauge', help, labels } as const;
}

function counter<const Labels extends readonly string[]>(name: string, help: string, labels: Labels) {
  return { name, type: 'counter', help, labels } as const;
}
