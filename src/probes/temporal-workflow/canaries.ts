import type { Client } from '@temporalio/client';
import type { ProbeContext } from '../contract.ts';
import { CountWindow } from '../lib/count-window.ts';
import { argumentsFor, type Config } from './config.ts';
import { differenceFrom } from './expectation.ts';
import type { Link } from './link.ts';
import { pause } from './side-by-side.ts';
import { type CallTrouble, readTrouble } from './trouble.ts';

/** One workflow of ours. */
export interface Canary {
  id: string;
  /** Known once the server has said that it runs. */
  runId?: string;
  /** What the last look at it brought: that it runs, or why that could not be learnt. */
  lastLook?: 'running' | CallTrouble;
  nudge?: 'under-way' | 'arrived';
  /** Until then its sample looks after it: a vantage's process drains while it goes on sampling. */
  slotIsOver?: true;
}

/** What became of a canary. `open`: nothing yet; `absent`: the server never knew it. */
export type Fate =
  | { state: 'as-expected'; result: unknown }
  | { state: 'failed'; reason: string; result?: unknown }
  | { state: 'open'; trouble?: CallTrouble }
  | { state: 'absent' };

const MAX_OPEN = 10_000;
const RETRY_PAUSE_MS = 100;

/** Starts canaries, learns their fate and keeps the books: each one started ends up completed, completed late or never completed. */
export class Canaries {
  readonly counts: CountWindow<'started' | 'completed'>;
  /** Both since the last drain. */
  completedLate = 0;
  neverCompleted = 0;
  readonly #config: Config;
  readonly #link: Link;
  readonly #prefix: string;
  readonly #open = new Map<string, Canary>();
  readonly #givenUp = new Map<string, Canary>();
  #counter = 0;

  constructor(config: Config, context: ProbeContext, link: Link) {
    this.#config = config;
    this.#link = link;
    this.counts = new CountWindow(['started', 'completed'], context.now());
    const session = Math.floor(context.random() * 36 ** 6)
      .toString(36)
      .padStart(6, '0');
    this.#prefix = [`${config.idPrefix}${context.run}`, context.probe, context.vantage, session].join('-');
  }

  /** Canaries that outlived their slot, and whose fate is not known. */
  get open(): Canary[] {
    return [...this.#open.values()].filter(({ slotIsOver }) => slotIsOver === true);
  }

  /** Everything that may still run on the server. */
  get running(): Canary[] {
    return [...this.#open.values(), ...this.#givenUp.values()];
  }

  announce(): Canary {
    const canary: Canary = { id: `${this.#prefix}-${this.#counter++}` };
    this.#open.set(canary.id, canary);
    this.#forgetOldest();
    return canary;
  }

  /** Resolves with trouble unless the server says that the workflow is started. */
  async start(canary: Canary, signal: AbortSignal): Promise<CallTrouble | undefined> {
    try {
      canary.runId = await this.#link.call(signal, (client) => this.#startWorkflow(client, canary.id));
      this.counts.add('started');
      return undefined;
    } catch (error) {
      if (signal.aborted) return { kind: 'unreachable', reason: 'the server does not answer' };
      const trouble = readTrouble(error);
      if (trouble.neverSent || trouble.kind === 'refused') this.#open.delete(canary.id);
      return trouble;
    }
  }

  /** Waits for the result, through losses of the connection, until the signal aborts. */
  async awaitFate(canary: Canary, signal: AbortSignal): Promise<Fate> {
    let trouble: CallTrouble | undefined;
    while (!signal.aborted) {
      try {
        return this.#judge(await this.#link.call(signal, (client) => this.#nudgeAndWait(client, canary)));
      } catch (error) {
        if (signal.aborted) break;
        trouble = readTrouble(error);
        const fate = fateFromTrouble(trouble, canary);
        if (fate) return fate;
        await pause(RETRY_PAUSE_MS, signal);
      }
    }
    return { state: 'open', ...(trouble && { trouble }) };
  }

  /** Asks once, without waiting for the canary, and enters what it learns into the books. */
  async look(canary: Canary, signal: AbortSignal): Promise<void> {
    try {
      const { status, runId } = await this.#link.call(signal, (client) => handleOf(client, canary).describe());
      this.#acknowledge(canary, runId);
      canary.lastLook = 'running';
      if (status.name === 'RUNNING') this.#nudgeInBackground(canary, signal);
      else this.settle(canary, await this.awaitFate(canary, signal), 'late');
    } catch (error) {
      if (signal.aborted) return;
      canary.lastLook = readTrouble(error);
      const fate = fateFromTrouble(canary.lastLook, canary);
      if (fate) this.settle(canary, fate, 'late');
    }
  }

  /** Enters a fate into the books, once. */
  settle(canary: Canary, fate: Fate, when: 'in-time' | 'late'): void {
    if (fate.state === 'open' || !this.#open.delete(canary.id)) return;
    if (fate.state === 'failed') this.neverCompleted++;
    if (fate.state === 'as-expected' && when === 'in-time') this.counts.add('completed');
    if (fate.state === 'as-expected' && when === 'late') this.completedLate++;
  }

  /** Nobody will ask for it any more; it is only to be ended. */
  giveUp(canary: Canary): void {
    if (this.#open.delete(canary.id)) this.#givenUp.set(canary.id, canary);
    const [oldest] = this.#givenUp.keys();
    // Its execution timeout has ended it long ago.
    if (this.#givenUp.size > MAX_OPEN) this.#givenUp.delete(oldest!);
  }

  async terminate(canary: Canary, signal: AbortSignal): Promise<void> {
    await this.#link.call(signal, (client) => handleOf(client, canary).terminate('the probe that started it is gone'));
    this.#open.delete(canary.id);
    this.#givenUp.delete(canary.id);
  }

  #judge(result: unknown): Fate {
    const difference = differenceFrom(this.#config.expect, result);
    return difference === undefined
      ? { state: 'as-expected', result }
      : { state: 'failed', reason: difference, result };
  }

  async #nudgeAndWait(client: Client, canary: Canary): Promise<unknown> {
    if (canary.nudge !== 'arrived') await this.#nudge(client, canary);
    return handleOf(client, canary).result();
  }

  /** A canary that is no longer there to be nudged is no trouble: its result says what became of it. */
  async #nudge(client: Client, canary: Canary): Promise<void> {
    const { nudge } = this.#config;
    if (!nudge) return;
    const [handle, args] = [handleOf(client, canary), argumentsFor(nudge.args, canary.id)];
    try {
      if (nudge.kind === 'signal') await handle.signal(nudge.name, ...args);
      else await handle.executeUpdate(nudge.name, { args: args as [unknown], updateId: `${canary.id}-nudge` });
    } catch (error) {
      if (readTrouble(error).kind !== 'not-found') throw error;
    }
    canary.nudge = 'arrived';
  }

  #nudgeInBackground(canary: Canary, signal: AbortSignal): void {
    if (!this.#config.nudge || canary.nudge !== undefined) return;
    canary.nudge = 'under-way';
    this.#link
      .call(signal, (client) => this.#nudge(client, canary))
      .catch(() => {
        delete canary.nudge;
      });
  }

  /** A start that was not answered may have happened all the same. */
  #acknowledge(canary: Canary, runId: string): void {
    if (canary.runId !== undefined) return;
    canary.runId = runId;
    this.counts.add('started');
  }

  async #startWorkflow(client: Client, id: string): Promise<string> {
    const { workflowType, taskQueue, args, executionTimeout } = this.#config;
    const handle = await client.workflow.start(workflowType, {
      taskQueue,
      workflowId: id,
      args: argumentsFor(args, id),
      workflowExecutionTimeout: executionTimeout,
    });
    return handle.firstExecutionRunId;
  }

  #forgetOldest(): void {
    if (this.#open.size <= MAX_OPEN) return;
    const [oldest] = this.#open.values();
    if (oldest) this.settle(oldest, { state: 'failed', reason: 'forgotten' }, 'late');
  }
}

/** The run is left open on purpose: a canary that continues as new is followed to its end. */
function handleOf(client: Client, canary: Canary) {
  return client.workflow.getHandle(canary.id);
}

function fateFromTrouble(trouble: CallTrouble, canary: Canary): Fate | undefined {
  if (trouble.kind === 'workflow') return { state: 'failed', reason: trouble.reason };
  if (trouble.kind !== 'not-found') return undefined;
  return canary.runId === undefined ? { state: 'absent' } : { state: 'failed', reason: 'the server lost the workflow' };
}
