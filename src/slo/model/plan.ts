/** A Plan as everything after the loader sees it: defaults filled in, units resolved, names checked. */

/** `level`: a value at a moment. `count`: how many in the time that the reading covers; counts add up. */
export type ValueKind = 'level' | 'count';

/** Units of values. A `ratio` is 0..1 and shown as a percentage. */
export type Unit = 'ms' | 's' | 'ratio' | 'bytes' | '1';

/** What a probe's value means. Declared by the probe type, shown in docs, reports and metrics. */
export interface ValueDeclaration {
  unit: Unit;
  kind: ValueKind;
  help: string;
  /**
   * The least and greatest the value can be, where known: a missing value of a quantile lies in this range.
   * Default 0 to unbounded.
   */
  range?: [number, number];
  /**
   * True where the value speaks of lag, loss, order or work in flight, so that silence looks like success: an objective on it is only
   * decidable if the count named here (another value of the same probe) shows traffic in that phase.
   */
  needsTraffic?: string;
}

export type Severity = 'critical' | 'warning';
export type PhaseName = 'steady' | 'fault' | 'recovery' | 'impact' | 'run';

/** A number in its base unit (ms for times, 0..1 for ratios) and as the user wrote it. */
export interface Quantity {
  value: number;
  unit: Unit;
  text: string;
}

/** What the judge takes for a good sample instead of the probe's own outcome: every named value within its limits. */
export type GoodRule = Record<string, { atMost?: Quantity; atLeast?: Quantity }>;

export type Stat = 'median' | 'mean' | 'max' | 'min' | 'last' | 'first' | { quantile: number };

export type Indicator =
  | { kind: 'ratio'; probe: string; good?: GoodRule }
  | { kind: 'quantile'; probe: string; value: string; q: number }
  | { kind: 'total'; probe: string; value: string }
  | { kind: 'inFlight'; probe: string }
  /** Of what `probe` saw end, the share whose end `in` saw; `key` makes the one's name of the other's fields `$1`, `$2`. */
  | { kind: 'completeness'; probe: string; in: string; key: string }
  | { kind: 'timeToRecover'; probe: string; good?: GoodRule; successThreshold: number; failureThreshold: number }
  | { kind: 'timeToImpact'; probe: string; good?: GoodRule; successThreshold: number; failureThreshold: number }
  | { kind: 'query'; query: string; source: string; stat: Stat; stepMs?: number };

export type Target =
  | { kind: 'constant'; quantity: Quantity }
  | { kind: 'baseline'; baseline: string; times: number; plus?: Quantity }
  | { kind: 'steady'; times: number; plus?: Quantity };

export interface Bound {
  op: 'atLeast' | 'atMost';
  target: Target;
}

export interface Objective {
  name: string;
  phase: PhaseName;
  indicator: Indicator;
  bound: Bound;
  severity: Severity;
  /** Names of experiments; absent: all. */
  experiments?: string[];
  /** Missing over due slots, 0..1, that is forgiven. 0 unless the plan says so. */
  tolerateMissing: number;
  /** The least traffic that makes the objective decidable. */
  atLeastSeen?: number;
  /** The user vouches that two different instruments may be compared. */
  comparable?: true;
  /** Why this limit and no tighter one, such as what the system needs by its own design; for people. */
  note?: string;
}

/** The plan's own proof of a fault: an indicator over the fault phase that shows the mechanism at work. */
export interface Expectation {
  phase: PhaseName;
  indicator: Indicator;
  bound: Bound;
}

export interface Experiment {
  name: string;
  driver: string;
  /** How long the fault is to hold, from real injection. 0 where the driver's action is one-shot or ends by itself. */
  durationMs: number;
  oneShot: boolean;
  /** The fault ends by itself, within `limits.maxFaultMs` (a Workflow). */
  endsByItself?: true;
  /** One of several steps of growing intensity (0..1): it runs only if all critical objectives of the step before passed. */
  step?: { of: string; share: number; after?: string };
  phases: PhaseLengths;
  expect?: Expectation;
  config: unknown;
}

export interface PhaseLengths {
  steadyMs: number;
  recoveryMs: number;
  /** How long the drain may wait for what is in flight. */
  settleMs: number;
}

export interface ProbeSpec {
  name: string;
  type: string;
  /** A vantage's name; `runner` when the plan names none. */
  at: string;
  intervalMs: number;
  timeoutMs: number;
  /** What a missed deadline says: `bad` makes a bad sample, `unknown` a missing one. Declared by the probe type. */
  onTimeout: 'bad' | 'unknown';
  values: Record<string, ValueDeclaration>;
  /** What tells this instrument from another: for `prometheus` probes source and query. */
  instrument?: string;
  /** The PromQL that a sample evaluates, where it does. */
  promql?: string;
  config: unknown;
}

export interface SourceSpec {
  name: string;
  type: string;
  config: unknown;
}

export interface VantageSpec {
  name: string;
  type: string;
  config: unknown;
}

export interface BaselineSpec {
  name: string;
  source: string;
  query: string;
  /** A range query over `lastMs` before the run; an instant query when 0. */
  lastMs: number;
  stepMs: number;
  stat: Stat;
  /** Fewer points than this make the baseline unusable. */
  minPoints: number;
}

/** A live stop condition. No data for `forMs` counts as a breach. */
export interface StopCondition {
  query: string;
  source: string;
  above?: number;
  below?: number;
  forMs: number;
}

export interface Limits {
  /** From the request; past it the fault is removed and the run aborted. */
  maxFaultMs: number;
  maxTargets: number;
  namespaces: string[];
  abortWhen: StopCondition[];
}

export interface ExporterSpec {
  type: string;
  config: unknown;
}

export interface Plan {
  name: string;
  labels: Record<string, string>;
  digest: string;
  seed: number;
  phases: PhaseLengths;
  limits: Limits;
  sources: SourceSpec[];
  vantages: VantageSpec[];
  probes: ProbeSpec[];
  baselines: BaselineSpec[];
  experiments: Experiment[];
  objectives: Objective[];
  exporters: ExporterSpec[];
}
