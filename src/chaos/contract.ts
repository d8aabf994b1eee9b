import type { z } from 'zod';
import type { Log } from '../clients/log.ts';
import type { Evidence, Offset } from '../slo/model/entry.ts';
import type { Limits } from '../slo/model/plan.ts';

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
  /** Of the resolved plan, as in the timeline's header. */
  digest: string;
  /** 0 where the fault strikes once or ends by itself. */
  durationMs: number;
  /** Bounds every fault on the server's side, where the server can: the dead man's switch. */
  maxFaultMs: number;
  /** How many targets, and where: what `prepare` must refuse to go beyond. */
  limits: Pick<Limits, 'maxTargets' | 'namespaces'>;
  /** The pod that we run in, where our surroundings name it: a fault must not hit it. */
  ownPod?: { name: string; namespace?: string };
  now(): Offset;
  /** Resolves after that many ms of the run's clock, or rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
  log: Log;
  ledger: FaultLedger;
  /** Puts a fact into the timeline while something goes on: a step of one of several faults, trouble that a server reports. */
  tell(fact: FaultFact): void;
  /** The sole right to break things was lost, or the fault can no longer be followed: the run removes the fault and stops. */
  lost(reason: string): void;
}

/**
 * Something that became known between the steps of an experiment. With `fault` it is a step of that one of several faults (a Workflow);
 * those steps stand beside the experiment's own, which the conductor records. `observed` changes no phase.
 */
export interface FaultFact {
  fault?: string;
  oneShot?: true;
  state: 'injected' | 'recovering' | 'recovered' | 'failed' | 'observed';
  /** Default: now. */
  at?: Offset;
  notBefore?: Offset;
  reason?: string;
  evidence?: Evidence[];
}

/** What `prepare` found. Any problem refuses the injection (exit 69), before anything was touched. */
export interface Preparation {
  /** Named targets that the fault will touch; counted against `limits.maxTargets`. */
  targets: string[];
  problems: string[];
  /** What a reader of the report should know of the surroundings: versions, what was counted. */
  facts?: Evidence[];
}

/** What is wrong with a config as far as it can be told without touching anything. `path` leads into the config. */
export interface LintFinding {
  severity: 'error' | 'warning';
  path: readonly (string | number)[];
  /** Why, in words of the user's world, ending without a full stop. */
  message: string;
  found?: string;
  allowed?: string;
  /** What to write instead. */
  hint?: string;
}

/** What of an experiment decides whether its config makes sense. */
export interface LintSetting {
  experiment: string;
  /** `undefined` where the plan gives none. */
  durationMs: number | undefined;
  limits: Pick<Limits, 'maxFaultMs' | 'maxTargets' | 'namespaces'>;
  /** Whether the plan gives a proof of its own. */
  expected?: boolean;
}

/** One thing that was looked at in the place where the experiments are to run, for `check --cluster`. */
export interface Inspection {
  state: 'fine' | 'warning' | 'problem';
  text: string;
  /** What a person would run next. */
  command?: string;
}

/** An experiment to be inspected, or whose surroundings are to be swept. */
export interface InspectedExperiment<Config = unknown> {
  experiment: string;
  plan: string;
  digest: string;
  durationMs: number;
  limits: Limits;
  config: Config;
}

/** What became of the leftovers that were found in the place itself, whoever made them. */
export interface FoundFault {
  run: string;
  experiment: string;
  /** `unseen`: nobody was allowed to look there, then neither run nor experiment is known; or whether the run that made it lives cannot be seen. */
  state: 'removed' | 'still-there' | 'owned' | 'unseen';
  /** One line: what was removed, or why not, or who owns it, or where nobody could look. */
  text: string;
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
  /** True where the fault ends by itself and the plan gives no duration (a Workflow): `hold` says when. Absent: never. */
  endsByItself?(config: Config): boolean;
  /** The longest that a fault which ends by itself may take, as far as its config shows it: it must fit into `limits.maxFault`. */
  longestMs?(config: Config): number | undefined;
  /**
   * Keys of the config whose value may be a path of a YAML file, relative to the plan's directory. The loader reads it, fills in the
   * environment, and puts its one document in the place of the path: so the digest covers it, and the recorded plan is whole.
   */
  includes?: readonly string[];
  /** Everything that can be told to be wrong without touching anything. Pure. */
  lint?(config: Config, setting: LintSetting): LintFinding[];
  /** The same fault at a part of its intensity (0..1), for `steps:`; a text says why there is no such thing. Absent: no steps. */
  atIntensity?(config: Config, share: number): { config: Config } | { problem: string };
  /** Looks, without changing anything, whether these experiments could run now. Bounded by the signal. */
  inspect?(experiments: readonly InspectedExperiment<Config>[], signal: AbortSignal, log: Log): Promise<Inspection[]>;
  /**
   * Removes what runs that are gone left in the place itself, also runs of other machines, whose ledger is not here. `experiments` are those about
   * to run; empty for `steadfast sweep`, which then looks wherever the surroundings (in-cluster account, kubeconfig) lead.
   * Resolves with nothing where there is no such place.
   */
  sweepPlace?(
    experiments: readonly InspectedExperiment<Config>[],
    signal: AbortSignal,
    log: Log,
  ): Promise<FoundFault[]>;
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
