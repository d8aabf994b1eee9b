import type { z } from 'zod';
import type { Log } from '../clients/log.ts';
import type { QueryClient } from '../clients/query.ts';
import type { Life, Offset, Outcome, SamplePart, Whole } from '../slo/model/entry.ts';
import type { ValueDeclaration } from '../slo/model/plan.ts';

/** What one slot's measurement said. Trouble with the service is `bad` with a reason, never an exception. */
export interface Reading {
  outcome: Outcome;
  /** Numbers in the units that the probe type declares. A value that is not known is absent, never NaN. */
  values: Record<string, number>;
  /** One line, for people; no secrets, no stack traces; the same trouble gives the same text (it is counted). */
  reason?: string;
  /** One per target, topic or partition, where the probe has several. */
  parts?: SamplePart[];
  /** Needed where a declared value of kind `count` is present: the time `(from, to]` that the counts account for. */
  covers?: [Offset, Offset];
  /** Ids, sequence ranges; 64-bit integers as decimal strings. Kept small. */
  detail?: unknown;
}

/** What the end of an experiment brought: counts that could not be known earlier (losses, work still in flight). */
export interface FinalReading {
  covers: [Offset, Offset];
  values: Record<string, number>;
  reason?: string;
  /** What was in flight at some time that this covers, at most 1000 in one reading; no secrets in ids and reasons. */
  lives?: Life[];
  /** Natural keys, each as the texts of its fields, of what was seen to have ended; at most 1000 in one reading, no secrets. */
  ends?: string[][];
  /** Of which time `lives` or `ends` leave nothing that ended out, with the other pages. Each life then has its `key`, and `ended` if it did. */
  whole?: Whole;
  detail?: unknown;
}

/** What a session gets from the runner. */
export interface ProbeContext {
  probe: string;
  vantage: string;
  run: string;
  intervalMs: number;
  timeoutMs: number;
  /** The run's monotonic clock, in ms since the run began. */
  now(): Offset;
  /** Milliseconds since 1970 by the wall clock, for values that compare with foreign time stamps. */
  wallClockMs(): number;
  /** A number in [0, 1) from the plan's seed, for jitter. */
  random(): number;
  log: Log;
  /** The client of a source that the plan names. The loader has checked that it exists. */
  source(name: string): QueryClient;
}

/** A probe in use. The scheduler owns deadlines: `signal` aborts at the slot's deadline, and the session then really stops that work. */
export interface ProbeSession {
  /** Measures once. Calls may overlap. May reject only on abort or on a bug of ours. */
  sample(signal: AbortSignal): Promise<Reading>;
  /**
   * Called once at the end of every experiment, after the last outstanding sample; may wait for what is in flight until the signal. Several
   * final readings where counts account for different times: what arrived since the last sample, and losses over the whole experiment.
   */
  drain?(signal: AbortSignal): Promise<FinalReading | readonly FinalReading[] | undefined>;
  /** Frees everything, never rejects, may be called at any time and more than once. */
  close(): Promise<void>;
}

/** A kind of probe: one file or folder, one line in the registry. */
export interface ProbeType<Config = unknown> {
  /** The word in the plan's `type:`. */
  type: string;
  /** One sentence for `steadfast explain` and the docs. */
  summary: string;
  /**
   * A strict schema of `config:`. Durations are accepted through `plan/units` compatible helpers in `slo/model/quantity`; keys that hold
   * secrets carry `.meta({ secret: true })`. In `z.lazy`, so that only a plan that names the type waits for it.
   */
  config: z.ZodType<Config>;
  /** Values by name, with unit, kind and help. */
  values: Record<string, ValueDeclaration>;
  /** Values that the config names, besides those: a count for each pattern that it lists. */
  configValues?(config: Config): Record<string, ValueDeclaration>;
  defaults: { intervalMs: number; timeoutMs: number };
  /** What a missed deadline says about the service, and why (for the docs). */
  onTimeout: 'bad' | 'unknown';
  timeoutMeaning: string;
  /** YAML of a whole probe, for the docs; it is checked against the schema by a test. */
  example: string;
  /** Names of sources that this config uses, so that the loader can check them. */
  sources?(config: Config): string[];
  /** What tells this instrument from another (query and source); compared when a baseline is compared with it. */
  instrument?(config: Config): string;
  /** The PromQL that a sample evaluates, where it does: how far it looks back decides which slots belong to a phase. */
  promql?(config: Config): string;
  /** Whether with this config the final readings tell of what was in flight (`lives`), which the indicator `inFlight` needs. */
  follows?(config: Config): boolean;
  /** Of how many fields the keys consist that with this config the final readings tell (`ends`), which the indicator `completeness` needs. */
  endFields?(config: Config): number | undefined;
  /** The longest that `drain` may need beyond the plan's `settle`, in ms; 0 where absent. */
  drainMs?(config: Config): number;
  /** Prepares a session. Must not reject because the service is down: that is what samples are for. */
  open(config: Config, context: ProbeContext): Promise<ProbeSession>;
}

/** Keeps the config's type inside the plug-in while the registry sees `unknown`. */
export function defineProbe<Config>(type: ProbeType<Config>): ProbeType {
  return type as unknown as ProbeType;
}
