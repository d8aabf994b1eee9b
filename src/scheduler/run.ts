import type { FaultFact } from '../chaos/contract.ts';
import type { ChaosEvent, ChaosState, Entry, Offset } from '../slo/model/entry.ts';
import type { Experiment } from '../slo/model/plan.ts';
import { reasonOf, within } from './bounded.ts';
import { type Budgets, DEFAULT_BUDGETS } from './budgets.ts';
import { tellable } from './observed.ts';
import type { OpenVantage } from './open-vantage.ts';
import type { ConductParts } from './parts.ts';
import { type Activity, healthChanges, type ProgressEvent } from './progress.ts';
import type { StepFacts } from './step-facts.ts';

/** What waits reject with once the run is to stop. */
export class RunStopped extends Error {
  override name = 'RunStopped';
}

/** A run under way: its parts, and the one place that decides that it is to stop. */
export class Run {
  readonly parts: ConductParts;
  readonly budgets: Budgets;
  readonly leftBehind: string[] = [];
  injectedAnything = false;
  vantages: readonly OpenVantage[] = [];
  bug: unknown;
  readonly #stop = new AbortController();
  readonly #onAbort = () => this.stop(reasonOf(this.parts.abort.reason));
  readonly #watchHealth = healthChanges((event) => this.progress(event));

  constructor(parts: ConductParts) {
    this.parts = parts;
    this.budgets = { ...DEFAULT_BUDGETS, ...parts.budgets };
    parts.abort.addEventListener('abort', this.#onAbort, { once: true });
    if (parts.abort.aborted) this.#onAbort();
  }

  /** From here on nothing from outside changes how the run ended. */
  end(): void {
    this.parts.abort.removeEventListener('abort', this.#onAbort);
  }

  get stopSignal(): AbortSignal {
    return this.#stop.signal;
  }

  get stopReason(): string | undefined {
    return this.#stop.signal.aborted ? reasonOf(this.#stop.signal.reason) : undefined;
  }

  /** Ends the run as soon as the fault is removed. The first reason stays. */
  stop(reason: string): void {
    if (this.#stop.signal.aborted) return;
    this.progress({ type: 'stopping', at: this.parts.clock.now(), reason });
    this.#stop.abort(new RunStopped(reason));
  }

  /** An error that must not happen stops the run like any other reason, so that the fault is removed. */
  stopForBug(error: unknown): void {
    this.bug ??= error;
    this.stop(`internal error: ${reasonOf(error)}`);
  }

  /** Never throws: callers are in the middle of removing a fault. */
  record(entry: Entry): void {
    try {
      this.parts.record(entry);
    } catch (error) {
      this.stop(`the timeline cannot be written: ${reasonOf(error)}`);
    }
    this.#watchHealth(entry);
  }

  recordStep(experiment: Experiment, state: ChaosState, facts: StepFacts = {}): Offset {
    const at = facts.at ?? this.parts.clock.now();
    const event: ChaosEvent = { type: 'chaos', experiment: experiment.name, state, ...facts, at };
    if (experiment.oneShot) event.oneShot = true;
    this.record(event);
    return at;
  }

  /** What a driver says between the steps. What makes no sense is left out. */
  recordFact(experiment: Experiment, fact: FaultFact): void {
    const told = tellable(fact, this.parts.clock.now());
    if (told) this.record({ type: 'chaos', experiment: experiment.name, ...told });
  }

  progress(event: ProgressEvent): void {
    try {
      this.parts.progress(event);
    } catch {
      // A display that fails must not decide about a fault.
    }
  }

  activity(experiment: Experiment, activity: Activity, until?: Offset): void {
    const at = this.parts.clock.now();
    const event: ProgressEvent = { type: 'activity', experiment: experiment.name, activity, at };
    this.progress(until === undefined ? event : { ...event, until });
  }

  note(text: string): void {
    this.progress({ type: 'note', at: this.parts.clock.now(), text });
  }

  /** Makes the timeline durable. Does not reject: a timeline that cannot be written stops the run. */
  async sync(): Promise<void> {
    const bounds = { clock: this.parts.clock, what: 'sync', limitMs: this.budgets.syncMs };
    try {
      await within(bounds, () => this.parts.sync());
    } catch (error) {
      this.stop(`the timeline cannot be written: ${reasonOf(error)}`);
    }
  }

  /** The time until `offset`; rejects with `RunStopped` when the run is to stop first. */
  waitUntil(offset: Offset): Promise<void> {
    return this.parts.clock.sleepUntil(offset, this.stopSignal);
  }
}
