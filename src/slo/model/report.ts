import type { Evidence, Offset } from './entry.ts';
import type { PhaseName, Severity, Unit } from './plan.ts';

export const REPORT_SCHEMA = 'steadfast/report/v1';

export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** What was measured. The truth lies in `[low, high]`; `null` is unbounded on that side. */
export interface Measurement {
  low: number | null;
  high: number | null;
  unit: Unit;
  /** Slots (for totals and queries: readings) by what they said. `seen` is the traffic that made the objective decidable. */
  good: number;
  bad: number;
  missing: number;
  seen: number;
  /** Set for comparisons with `baseline` or `steady`: a confidence interval of the compared statistic. */
  confidence?: { level: number; low: number; high: number };
}

/** The limit as it was applied; for a comparison `low` and `high` are the reference's own interval. */
export interface AppliedTarget {
  op: 'atLeast' | 'atMost';
  low: number;
  high: number;
  unit: Unit;
  text: string;
}

/** A stable word for why a verdict is what it is; `text` beside it is for people. */
export type ReasonCode =
  | 'met'
  | 'not-affected'
  | 'missed'
  | 'limit-inside-interval'
  | 'missing-samples'
  | 'no-slots'
  | 'no-samples'
  | 'too-few-answers'
  | 'no-traffic'
  | 'too-little-traffic'
  | 'hole-in-counts'
  | 'no-phase'
  | 'phase-cut-short'
  | 'fault-not-proven'
  | 'fault-not-injected'
  | 'not-run'
  | 'aborted'
  | 'recording-cut'
  | 'reference-missing'
  | 'reference-empty'
  | 'reference-nan'
  | 'reference-inf'
  | 'reference-stale'
  | 'reference-too-few'
  | 'reference-http'
  | 'reference-timeout'
  | 'reference-unreachable'
  | 'reference-refused'
  | 'reference-malformed'
  | 'reference-too-large'
  | 'reference-partial'
  | 'reference-ambiguous'
  | 'lookback-outside-phase'
  | 'vantage-silent';

export interface ObjectiveResult {
  objective: string;
  experiment: string;
  phase: PhaseName;
  severity: Severity;
  verdict: Verdict;
  reason: ReasonCode;
  /** One line that a person understands. */
  text: string;
  /** The indicator as one phrase, e.g. `share of good engine-port samples`. */
  indicator: string;
  measurement?: Measurement;
  target?: AppliedTarget;
  /** How far the worse bound is from the limit, in the measurement's unit; positive is on the good side. */
  margin?: number;
  /** Things a reader must know: tolerated missing samples, an unproven fault beside a fail. */
  notes: string[];
}

export interface PhaseSpan {
  from: Offset;
  to: Offset;
}

export interface ExperimentResult {
  experiment: string;
  driver: string;
  oneShot: boolean;
  status: 'ran' | 'not-injected' | 'not-run' | 'aborted' | 'cut';
  /** Why it is not `ran`. */
  reason?: string;
  proof: { state: 'proven' | 'not-proven' | 'not-injected'; text: string };
  phases: Partial<Record<PhaseName, PhaseSpan>>;
  /** Requested to really injected, and recovering to really recovered, in ms, where both are known. */
  injectionMs?: number;
  removalMs?: number;
  leftBehind?: string;
  evidence: (Evidence & { at: Offset })[];
}

/** What became of a probe's slots over the whole run. `due = good + bad + missing`. */
export interface ProbeHealth {
  probe: string;
  vantage: string;
  due: number;
  good: number;
  bad: number;
  missing: number;
  /** The most frequent reasons, at most ten, of bad samples and gaps. */
  reasons: { reason: string; count: number }[];
}

/** What the prober itself lost while it probed: of that time its samples say nothing bad. */
export interface ProberHealth {
  vantage: string;
  instance?: string;
  /** How often its event loop was late, by how much altogether, and at the most. */
  stalls: number;
  stalledMs: number;
  longestStallMs: number;
  /** How long a CPU limit kept it from its CPUs, all of them together. */
  throttledMs: number;
  /** How often its wall clock was set. */
  clockSteps: number;
}

/** Whether a report (or an alert, or metrics) arrived. */
export interface Delivery {
  exporter: string;
  target: string;
  state: 'delivered' | 'failed';
  reason?: string;
}

/** What a baseline came to. */
export interface BaselineResult {
  baseline: string;
  query: string;
  low: number | null;
  high: number | null;
  points: number;
  problem?: string;
}

export interface Report {
  schema: typeof REPORT_SCHEMA;
  run: string;
  plan: string;
  labels: Record<string, string>;
  digest: string;
  seed: number;
  version: string;
  startedAt: string;
  /** RFC 3339; absent where the recording was cut. */
  endedAt?: string;
  verdict: Verdict;
  /** One line for the top of a page. */
  summary: string;
  aborted?: string;
  /** Set when the recording ends before the run did. */
  cut?: string;
  injectedAnything: boolean;
  experiments: ExperimentResult[];
  objectives: ObjectiveResult[];
  baselines: BaselineResult[];
  probes: ProbeHealth[];
  /** Only those that did not run as they should; absent where all did. */
  probers?: ProberHealth[];
  deliveries: Delivery[];
}
