import type { Offset } from '../../slo/model/entry.ts';
import { formatDuration } from '../../slo/model/quantity.ts';
import type { FinalReading, ProbeContext, ProbeSession, Reading } from '../contract.ts';
import { Canaries, type Canary, type Fate } from './canaries.ts';
import type { Config } from './config.ts';
import { type FirstTask, hasPollers, readFirstTask } from './first-task.ts';
import type { Link } from './link.ts';
import { pause, sideBySide } from './side-by-side.ts';

/** Kept of each slot's time, so that a canary that is late can be asked why. */
const DIAGNOSIS_SHARE = 0.1;
const DIAGNOSIS_MAX_MS = 1000;
/** A reading this close to the deadline may no longer be recorded: it must not carry counts away. */
const RECORDING_MARGIN_MS = 5;
const DRAIN_ROUND_MS = 500;
const CLOSE_LIMIT_MS = 2000;

/** One canary per slot. */
export class TemporalSession implements ProbeSession {
  readonly #config: Config;
  readonly #context: ProbeContext;
  readonly #link: Link;
  readonly #canaries: Canaries;
  #drainedUntil: Offset;
  /** When the first canary since the last drain was sent. */
  #begunAt: Offset | undefined;
  #closing: Promise<void> | undefined;

  constructor(config: Config, context: ProbeContext, link: Link) {
    this.#config = config;
    this.#context = context;
    this.#link = link;
    this.#canaries = new Canaries(config, context, link);
    this.#drainedUntil = context.now();
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    const begun = this.#context.now();
    this.#begunAt ??= begun;
    const due = begun + this.#context.timeoutMs;
    const reading = await this.#runCanary(signal);
    const now = this.#context.now();
    if (signal.aborted || now >= due - RECORDING_MARGIN_MS) return reading;
    const { covers, values } = this.#canaries.counts.take(now);
    return { ...reading, covers, values: { ...reading.values, ...values } };
  }

  /** The starts and completions since the last sample, and what became of the canaries over the whole experiment. */
  async drain(signal: AbortSignal): Promise<FinalReading[]> {
    await this.#follow(signal);
    const now = this.#context.now();
    const tail = this.#canaries.counts.take(now);
    const [from, begun] = [this.#drainedUntil, this.#begunAt ?? now];
    this.#drainedUntil = now;
    this.#begunAt = undefined;
    // What is before the first canary may be before the experiment: there is nothing to count there.
    const head: FinalReading = { covers: [from, begun], values: { completedLate: 0, neverCompleted: 0 } };
    return [tail, head, { covers: [begun, now], ...this.#closeBooks() }];
  }

  close(): Promise<void> {
    this.#closing ??= this.#terminateAll().finally(() => this.#link.close());
    return this.#closing;
  }

  async #runCanary(signal: AbortSignal): Promise<Reading> {
    const canary = this.#canaries.announce();
    const endSlot = () => {
      canary.slotIsOver = true;
    };
    signal.addEventListener('abort', endSlot, { once: true });
    return this.#watch(canary, signal).finally(endSlot);
  }

  async #watch(canary: Canary, signal: AbortSignal): Promise<Reading> {
    const limitMs = this.#context.timeoutMs - this.#diagnosisMs();
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    const begun = this.#context.now();
    const trouble = await this.#canaries.start(canary, deadline);
    if (trouble) return this.#notStarted(trouble.reason, limitMs, deadline);
    const startMs = this.#context.now() - begun;
    const fate = await this.#canaries.awaitFate(canary, deadline);
    const completionMs = this.#context.now() - begun;
    this.#canaries.settle(canary, fate, 'in-time');
    if (fate.state === 'open') return this.#late(canary, fate, startMs, signal);
    const task = await this.#firstTask(canary, deadline);
    return this.#toReading(fate, { startMs, ...scheduleToStart(task) }, completionMs);
  }

  #notStarted(reason: string, limitMs: number, deadline: AbortSignal): Reading {
    if (deadline.aborted) this.#link.renewIfSilentFor(limitMs);
    return { outcome: 'bad', values: {}, reason };
  }

  #toReading(fate: Fate, values: Record<string, number>, completionMs: number): Reading {
    if (fate.state === 'as-expected') return { outcome: 'good', values: { ...values, completionMs } };
    const reason = fate.state === 'failed' ? fate.reason : 'the server lost the workflow';
    return { outcome: 'bad', values, reason };
  }

  /** Says why there is no result in time; the canary is looked after by the drain. */
  async #late(canary: Canary, fate: Fate & { state: 'open' }, startMs: number, signal: AbortSignal): Promise<Reading> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#diagnosisMs() * 0.8)]);
    const [task, polled] = await Promise.all([this.#firstTask(canary, limit), this.#isPolled(limit)]);
    if (!task) this.#link.renewIfSilentFor(this.#diagnosisMs());
    const values = { startMs, ...scheduleToStart(task) };
    return { outcome: 'bad', values, reason: this.#explain(fate, task, polled) };
  }

  #explain(fate: Fate & { state: 'open' }, task: FirstTask | undefined, polled: boolean | undefined): string {
    if (!task) return fate.trouble?.reason ?? 'the server does not answer';
    if (task.failure !== undefined) return `workflow task failed: ${task.failure}`;
    if (task.scheduleToStartMs === undefined)
      return polled === false
        ? `no worker polls task queue ${this.#config.taskQueue}`
        : 'no worker took its first task';
    if (!task.completed) return 'a worker took its first task and did not complete it';
    return `no result within ${formatDuration(this.#context.timeoutMs)}`;
  }

  #firstTask(canary: Canary, signal: AbortSignal): Promise<FirstTask | undefined> {
    const run = { workflowId: canary.id, runId: canary.runId ?? '' };
    return this.#link.call(signal, (client) => readFirstTask(client, run)).catch(() => undefined);
  }

  #isPolled(signal: AbortSignal): Promise<boolean | undefined> {
    const { taskQueue } = this.#config;
    const now = this.#context.wallClockMs();
    return this.#link.call(signal, (client) => hasPollers(client, taskQueue, now)).catch(() => undefined);
  }

  /** Looks at every canary that outlived its slot, round after round, until none is open or the signal aborts. */
  async #follow(signal: AbortSignal): Promise<void> {
    while (this.#canaries.open.length > 0 && !signal.aborted) {
      await sideBySide(this.#canaries.open, (canary) => this.#canaries.look(canary, signal));
      if (this.#canaries.open.length > 0) await pause(DRAIN_ROUND_MS, signal);
    }
  }

  #closeBooks(): Pick<FinalReading, 'values' | 'reason'> {
    const unsure = this.#giveUpOpenOnes();
    const { completedLate, neverCompleted } = this.#canaries;
    this.#canaries.completedLate = 0;
    this.#canaries.neverCompleted = 0;
    if (unsure.length === 0) return { values: { completedLate, neverCompleted } };
    return { values: {}, reason: `the fate of ${unsure.length} workflows could not be learnt: ${unsure[0]}` };
  }

  /** What still runs has never completed; returns why that is not certain of some. */
  #giveUpOpenOnes(): string[] {
    const unsure: string[] = [];
    for (const canary of this.#canaries.open) {
      if (canary.lastLook === 'running') this.#canaries.neverCompleted++;
      else unsure.push(canary.lastLook?.reason ?? 'there was no time to ask');
      this.#canaries.giveUp(canary);
    }
    return unsure;
  }

  async #terminateAll(): Promise<void> {
    const signal = AbortSignal.timeout(CLOSE_LIMIT_MS);
    await sideBySide(this.#canaries.running, async (canary) => {
      if (!signal.aborted) await this.#canaries.terminate(canary, signal).catch(() => {});
    });
  }

  #diagnosisMs(): number {
    return Math.min(DIAGNOSIS_MAX_MS, this.#context.timeoutMs * DIAGNOSIS_SHARE);
  }
}

function scheduleToStart(task: FirstTask | undefined): Record<string, number> {
  return task?.scheduleToStartMs === undefined ? {} : { scheduleToStartMs: task.scheduleToStartMs };
}
