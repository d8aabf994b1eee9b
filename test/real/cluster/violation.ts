import type { ChaosEvent } from '../../../src/slo/model/entry.ts';

/** A promise that is broken on purpose, and what becomes of it. */
export interface Expected {
  /** As the table of promises calls it. */
  promise: string;
  /** The objective that must fail. */
  objective: string;
  planted: string;
  /** Objectives that may miss with it, since they look at the same, and why. No others may. */
  mayMissToo?: Record<string, string>;
  /** The objective is a warning, which decides nothing. */
  warns?: true;
  /** One of those that are tried unless more are asked for. */
  usual?: true;
}

/** How it is broken while a plan runs. */
export interface Violation<Lab> extends Expected {
  /** Before the run. */
  prepare?(lab: Lab): Promise<void>;
  plant(lab: Lab, until: Moment): Promise<void>;
}

/** Resolves so long after the run's fault got to that state. */
export type Moment = (state: ChaosEvent['state'], afterMs?: number) => Promise<void>;

/** In the recovery, when it must have been over, and when there is time for it to be seen. */
export const LATE_MS = 12_000;
