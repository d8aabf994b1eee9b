/**
 * The entries of a Timeline: everything a run records, in the order in which it became known.
 * One entry is one line of `timeline.ndjson`. Driving and probing write them, judging only reads them.
 */

/** Milliseconds since the run began, on the run's monotonic clock. May have a fraction. */
export type Offset = number;

/** What a sample says about the service. `unknown`: the probe ran but cannot tell. */
export type Outcome = 'good' | 'bad' | 'unknown';

export const TIMELINE_SCHEMA = 'steadfast/timeline/v1';

/** The first line of a timeline. `startedAt` is RFC 3339 in UTC and the wall-clock time of offset 0. */
export interface Header {
  type: 'header';
  schema: typeof TIMELINE_SCHEMA;
  run: string;
  plan: string;
  /** `sha256:` and hex, over the resolved plan. */
  digest: string;
  seed: number;
  version: string;
  startedAt: string;
}

/** One part of a sample: one target, topic or partition among several. */
export interface SamplePart {
  labels: Record<string, string>;
  outcome: Outcome;
  values: Record<string, number>;
  reason?: string;
}

/** What a slot brought. It belongs to the phase of its `due`, whenever it ended. */
export interface Sample {
  type: 'sample';
  probe: string;
  vantage: string;
  /** Which of the vantage's processes; absent where it is the runner. */
  instance?: string;
  slot: number;
  due: Offset;
  started: Offset;
  ended: Offset;
  outcome: Outcome;
  values: Record<string, number>;
  reason?: string;
  parts?: SamplePart[];
  /** For counts: this reading accounts for the time `(from, to]`. */
  covers?: [Offset, Offset];
  /**
   * How long, of its time and just before it, the prober itself did not run, in ms; where that was more than a tenth of its time. Such a sample is never `bad`, and its
   * durations may be longer by as much than the service's. Where it was read only after its deadline for that reason it is `unknown`.
   */
  starvedMs?: number;
  /** Ids, sequence ranges; 64-bit integers as decimal strings. */
  detail?: unknown;
}

/** Why a slot brought nothing. `late`: it could not start before the next was due; `overrun`: our own limit was hit; `stalled`: its deadline passed unnoticed. */
export interface Gap {
  type: 'gap';
  probe: string;
  vantage: string;
  instance?: string;
  slot: number;
  due: Offset;
  reason: string;
}

/**
 * Something that is in flight for a while, such as a workflow, as a probe followed it. `good`: it ended as it should; `bad`: it ended
 * otherwise, or had not ended when the probe stopped waiting; `unknown`: what became of it could not be learnt.
 */
export interface Life {
  /** The same from whatever place it is followed. */
  id: string;
  /** It was seen to be there at both moments, and so was there in between. */
  seen: [Offset, Offset];
  /** It began not before the one and ended not after the other; `null` where that is not known, or it had not ended. */
  within: [Offset | null, Offset | null];
  outcome: Outcome;
  reason?: string;
  /** The natural name by which others know it, such as the id of a workflow; unlike `id` it does not tell one run from the next. */
  key?: string;
  /** It ended at some moment between the two; absent where it had not ended, or that is not known. */
  ended?: [Offset | null, Offset];
}

/** Of what ended in `span` nothing is left out, on this page and the others of the same telling together. */
export interface Whole {
  span: [Offset, Offset];
  /** From 1 to `pages`. */
  page: number;
  pages: number;
}

/** What the last drain of a probe brought at the end of an experiment. Losses are counted here, never before. */
export interface Final {
  type: 'final';
  probe: string;
  vantage: string;
  instance?: string;
  covers: [Offset, Offset];
  values: Record<string, number>;
  reason?: string;
  /** What was in flight at some time that it covers. */
  lives?: Life[];
  /** Natural keys, each as the texts of its fields, of what was seen to have ended. */
  ends?: string[][];
  /** For what `lives` or `ends` tell; absent where something may be left out at any time. */
  whole?: Whole;
  detail?: unknown;
}

/**
 * A fact about the fault. `of: 'mechanism'` speaks of the fault's own mechanism (a toxic in place, a process stopped, a refused
 * handshake), never of the service; `holds` says whether it shows the fault to be in effect. `of: 'note'` only informs. `of: 'finding'` is
 * something that a person must look at, such as a removal that had to be forced.
 */
export interface Evidence {
  of: 'mechanism' | 'note' | 'finding';
  holds?: boolean;
  text: string;
  values?: Record<string, number>;
}

/**
 * States of an experiment in the order in which they occur. `quiesced`: no new slots fall due from here on, what is in flight is
 * awaited and counts are drained; then `ended`. `failed`: the injection did not come about. `left-behind`: removal is not certain.
 * `observed`: something became known that changes no phase.
 */
export type ChaosState =
  | 'started'
  | 'requested'
  | 'injected'
  | 'recovering'
  | 'recovered'
  | 'failed'
  | 'left-behind'
  | 'observed'
  | 'quiesced'
  | 'ended';

/** A step of an experiment. With `notBefore` the true moment lies in `[notBefore, at]`. */
export interface ChaosEvent {
  type: 'chaos';
  experiment: string;
  /** Set where one experiment has several faults (a Workflow). */
  fault?: string;
  oneShot?: true;
  at: Offset;
  notBefore?: Offset;
  state: ChaosState;
  reason?: string;
  evidence?: Evidence[];
}

/** The gate's decision before an experiment. A closed gate means that nothing was injected. */
export interface GateDecision {
  type: 'gate';
  experiment: string;
  at: Offset;
  open: boolean;
  reason?: string;
}

/**
 * What a baseline source answered. `of` is `baseline:<name>` or `objective:<objective>@<experiment>`, with `(expect)` for the objective where
 * it is the plan's own proof of the fault; values stay strings, so that NaN and
 * Inf survive; points carry the offset (negative before the run began). `error` starts with one of the codes of `ReferenceErrorCode`
 * and a colon.
 */
export interface Reference {
  type: 'reference';
  of: string;
  source: string;
  query: string;
  /** RFC 3339. */
  start: string;
  end: string;
  /** Seconds; 0 for an instant query. */
  step: number;
  series: { labels: Record<string, string>; values: [Offset, string][] }[];
  error?: string;
  warnings?: string[];
}

/** Each way in which a baseline source may fail to answer is a reason of its own. */
export type ReferenceErrorCode = 'http' | 'timeout' | 'unreachable' | 'refused' | 'malformed' | 'too-large';

/**
 * A vantage's process began to probe: its slot 0 is due at `slotZero`. All its times are recorded on the run's clock; each may be ahead of it
 * by what `clock` bounds, in ms (behind it where negative). Told again for the same boot when more became known: the bounds then hold
 * together, and whose place it took is as it was told last.
 */
export interface VantageBoot {
  type: 'vantage';
  vantage: string;
  instance: string;
  boot: string;
  slotZero: Offset;
  clock: [Offset, Offset];
  /** The instance whose place it took: that one's slots are due until this boot, and missing where it no longer answered them. */
  replaces?: string;
}

/**
 * A time in which the prober itself did not run as it should: what its probes say of it is not the service's. `stalled`: its event loop was
 * `ms` late. `throttled`: a CPU limit kept its processes from their CPUs for `ms` altogether. `clock-step`: its wall clock was set forward by
 * `ms`, backward where negative; offsets are monotonic and not touched by it.
 */
export interface ProberTrouble {
  type: 'prober';
  vantage: string;
  instance?: string;
  of: 'stalled' | 'throttled' | 'clock-step';
  from: Offset;
  to: Offset;
  ms: number;
}

/** The last line of a run that could end itself. A timeline without it never passes. */
export interface RunEnd {
  type: 'end';
  at: Offset;
  cause: 'completed' | 'aborted';
  reason?: string;
}

export type Entry =
  | Header
  | Sample
  | Gap
  | Final
  | ChaosEvent
  | GateDecision
  | Reference
  | VantageBoot
  | ProberTrouble
  | RunEnd;

/** The vantage that is the runner itself. */
export const RUNNER_VANTAGE = 'runner';
