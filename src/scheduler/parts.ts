import type { Driver, DriverContext } from '../chaos/contract.ts';
import type { Entry, Offset } from '../slo/model/entry.ts';
import type { Experiment, Plan } from '../slo/model/plan.ts';
import type { Budgets } from './budgets.ts';
import type { Clock } from './clock.ts';
import type { OpenProbe } from './lane.ts';
import type { OpenVantage } from './open-vantage.ts';
import type { ReadThrottledMs } from './prober-watch.ts';
import type { ProgressEvent } from './progress.ts';

/** A live stop condition. `breach` is true when the value is out of bounds and when there is no value. */
export interface StopConditionReader {
  name: string;
  intervalMs: number;
  /** How long a breach must last without a break before the run is stopped. */
  forMs: number;
  read(signal: AbortSignal): Promise<StopReading>;
}

export interface StopReading {
  value?: number;
  breach: boolean;
  reason: string;
}

export interface GateAnswer {
  open: boolean;
  reason?: string;
}

/** How a driver speaks up between the steps that the conductor asks for. */
export type DriverCalls = Pick<DriverContext, 'tell' | 'lost'>;

/** All that `conduct` needs from outside: it knows no plug-in, no file and no judge. */
export interface ConductParts {
  plan: Plan;
  clock: Clock;
  /** Appends to the journal, the live recording, live metrics. A throw stops the run, after the fault was removed. */
  record(entry: Entry): void;
  /** Makes what was recorded durable. */
  sync(): Promise<void>;
  probes: readonly OpenProbe[];
  /** Opens what measures from elsewhere. The conductor closes it: nothing may come after the `end`. */
  openVantages?(record: (entry: Entry) => void): Promise<readonly OpenVantage[]>;
  driverOf(experiment: Experiment, calls: DriverCalls): Promise<Driver>;
  decide: {
    /**
     * Whether the fault may be injected. `steady` is the time to be judged: each slot in it has its sample or gap. It may ask its sources
     * first, within the budget for references.
     */
    gate(
      experiment: string,
      steady: { from: Offset; to: Offset },
      signal: AbortSignal,
    ): GateAnswer | Promise<GateAnswer>;
  };
  stopConditions: readonly StopConditionReader[];
  /** Asks the references: baselines before the run, the objectives' own queries after each experiment. */
  collect?: {
    before(signal: AbortSignal): Promise<Entry[]>;
    after(experiment: string, signal: AbortSignal): Promise<Entry[]>;
  };
  /** How long a CPU limit has kept this process from its CPU; absent where the machine does not tell. */
  readThrottledMs?: ReadThrottledMs | undefined;
  progress(event: ProgressEvent): void;
  /** Aborts on a signal to the process; its reason is the text that ends up in the timeline. */
  abort: AbortSignal;
  budgets?: Partial<Budgets>;
}

export interface ConductResult {
  /** Why the run ended before its end. */
  aborted?: string;
  /** Experiments whose fault may still be in effect. */
  leftBehind: string[];
  /** True once an injection was requested: from then on something may have been touched. */
  injectedAnything: boolean;
  /** An error of our own program. The fault was removed all the same. */
  bug?: unknown;
}
