import type { z } from 'zod';
import type { Log } from '../clients/log.ts';
import type { Entry, Offset } from '../slo/model/entry.ts';
import type { ProbeSpec } from '../slo/model/plan.ts';

/** What a reader of a vantage gets from the run. */
export interface VantageContext {
  vantage: string;
  run: string;
  plan: string;
  /** A vantage that works by another plan than this measures something else: `prepare` refuses it. */
  digest: string;
  /** The probes that are `at:` this vantage. */
  probes: readonly ProbeSpec[];
  /** The run's monotonic clock, in ms since the run began. */
  now(): Offset;
  /** Resolves after that many ms of the run's clock, or rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
  log: Log;
  /** Takes boots, samples, gaps and finals, with every time on the run's clock. Never throws. */
  record(entry: Entry): void;
}

/** What `prepare` found. Any problem refuses the run before anything is injected (exit 69). */
export interface VantagePreparation {
  /** The processes that were found behind the vantage's name. */
  instances: string[];
  problems: string[];
}

/** Reads what a vantage's processes measure. No method rejects because a process is out of reach: what did not come is missing. */
export interface VantageReader {
  /** Finds the instances, compares their plan's digest with ours and measures their clocks. Changes nothing. */
  prepare(signal: AbortSignal): Promise<VantagePreparation>;
  /** From here on what the instances measure is recorded, as it comes, instances that appear later included. */
  start(): void;
  /**
   * Resolves when every instance has told all that was due before `offset`, at the latest when the signal aborts. One that is out of reach is
   * waited for, since what it measured meanwhile is late and not lost; one that is gone for good is not.
   */
  settledBefore(offset: Offset, signal: AbortSignal): Promise<void>;
  /**
   * Asks every instance for the final readings of its counts and records them; what is in flight there is waited for, for so long. Besides at an
   * experiment's end it is asked for at its beginning and before the first, since the instances count all the time.
   */
  drain(patienceMs: number, signal: AbortSignal): Promise<void>;
  /** Frees everything, never rejects, may be called at any time and more than once. */
  close(): Promise<void>;
}

/** A kind of vantage: one file or folder, one line in the registry. */
export interface VantageType<Config = unknown> {
  /** The word in the plan's `type:`. */
  type: string;
  /** One sentence for `steadfast explain` and the docs. */
  summary: string;
  /** In `z.lazy`, so that only a plan that names the type waits for its schema. */
  config: z.ZodType<Config>;
  /** YAML of a whole vantage, for the docs; checked against the schema by a test. */
  example: string;
  /** Prepares a reader. Must not reject because nobody answers. */
  open(config: Config, context: VantageContext): Promise<VantageReader>;
}

/** Keeps the config's type inside the plug-in while the registry sees `unknown`. */
export function defineVantage<Config>(type: VantageType<Config>): VantageType {
  return type as unknown as VantageType;
}
