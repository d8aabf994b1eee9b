import type { z } from 'zod';
import type { Log } from '../clients/log.ts';
import type { Evidence, Offset } from '../slo/model/entry.ts';

/**
 * Where a driver says, before it breaks anything, how to undo it. The record outlives a killed process: the next start (or
 * `steadfast sweep`) finds it and hands `undo` back to the driver's `sweep`.
 */
export interface FaultLedger {
  /** Durable when it resolves. `undo` must be plain JSON without secrets. Writing again replaces this experiment's record. */
  record(undo: unknown): Promise<void>;
  /** Called after the fault is certainly gone. */
  clear(): Promise<void>;
}

export interface DriverContext {
  experiment: string;
  run: string;
  plan: string;
  durationMs: number;
  /** Bounds every fault on the server's side, where the server can: the dead man's switch. */
  maxFaultMs: number;
  now(): Offset;
  /** Resolves after that many ms of the run's clock, or rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
  log: Log;
  ledger: FaultLedger;
}

/** What `prepare` found. Any problem refuses the injection (exit 69), before anything was touched. */
export interface Preparation {
  /** Named targets that the fault will touch; counted against `limits.maxTargets`. */
  targets: string[];
  problems: string[];
}

/** When something became true. With `notBefore` the true moment lies in `[notBefore, at]`; `at` defaults to the moment of return. */
export interface Observed {
  at?: Offset;
  notBefore?: Offset;
  evidence: Evidence[];
}

/** One experiment's fault. Every method honours its signal and has a bound of its own on each network call. */
export interface Driver {
  /** Dry run, target count, reachability. Touches nothing. */
  prepare(signal: AbortSignal): Promise<Preparation>;
  /** Resolves when every target is really affected, with the mechanism's proof. Rejects with a one-line Error if that does not come about. */
  inject(signal: AbortSignal): Promise<Observed>;
  /**
   * Where the fault's end is not the conductor's to choose: resolves when the fault is over (one-shot: all replacements observed
   * Ready; `none`: somebody said so). Absent: the conductor waits for `duration`.
   */
  hold?(signal: AbortSignal): Promise<Observed>;
  /**
   * Removes the fault and resolves when it is observed gone. Idempotent, called on every path out, also when `inject` failed or never ran.
   * Rejects with a one-line Error when removal is not certain: the run then ends with exit 40.
   */
  recover(signal: AbortSignal): Promise<Observed>;
  /** Proof of the mechanism, taken again just before the removal. */
  evidence(signal: AbortSignal): Promise<Evidence[]>;
  close(): Promise<void>;
}

/** A kind of driver: one file or folder, one line in the registry. */
export interface DriverType<Config = unknown> {
  /** The word in the plan's `driver:`. */
  type: string;
  summary: string;
  /** In `z.lazy`, so that only a plan that names the type waits for its schema. */
  config: z.ZodType<Config>;
  /** True where the action strikes once and has no duration (kill and restart at once). */
  oneShot(config: Config): boolean;
  /** In one phrase what will be broken, for `explain` and progress. */
  describe(config: Config): string;
  /** YAML of a whole experiment, for the docs; checked against the schema by a test. */
  example: string;
  /** What proves this driver's faults, for the docs. */
  proof: string;
  open(config: Config, context: DriverContext): Promise<Driver>;
  /** Removes what an earlier run left behind, from what it recorded. Resolves with a line that says what was removed. */
  sweep?(undo: unknown, signal: AbortSignal, log: Log): Promise<string>;
}

/** Keeps the config's type inside the plug-in while the registry sees `unknown`. */
export function defineDriver<Config>(type: DriverType<Config>): DriverType {
  return type as unknown as DriverType;
}
