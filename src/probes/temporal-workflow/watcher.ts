import type { Offset } from '../../slo/model/entry.ts';
import type { ProbeContext } from '../contract.ts';
import type { Config } from './config.ts';
import { differenceFrom } from './expectation.ts';
import { hasPollers } from './first-task.ts';
import { type End, type Followed, learnFrom, noteTries } from './followed.ts';
import type { Link } from './link.ts';
import { listRuns, MOST_LISTED } from './listing.ts';
import { readRunState } from './run-state.ts';
import { sideBySide } from './side-by-side.ts';
import { readTrail } from './trail.ts';
import { type CallTrouble, readTrouble } from './trouble.ts';
import type { WatchBook } from './watch-book.ts';

/** Visibility may be behind by so much, and the clocks of two machines apart. */
const VISIBILITY_LAG_MS = 60_000;
const CLOCKS_APART_MS = 2000;
const JUST_SEEN_MS = 2000;

/** Looks at the workflows of the application: what visibility lists, and what the server itself says of each. */
export class Watcher {
  readonly #config: Config;
  readonly #context: ProbeContext;
  readonly #link: Link;
  readonly #book: WatchBook;
  readonly #beganMs: number;
  /** When visibility was last asked with success; what is older is known. */
  #listedMs: number;
  #listedAt: Offset | undefined;

  constructor(config: Config, context: ProbeContext, link: Link, book: WatchBook) {
    this.#config = config;
    this.#context = context;
    this.#link = link;
    this.#book = book;
    this.#beganMs = context.wallClockMs();
    this.#listedMs = this.#beganMs;
  }

  /** The same moment on the clock of the run. */
  get listedAt(): Offset | undefined {
    return this.#listedAt;
  }

  /** Finds who is new. Resolves with trouble where visibility does not tell. */
  async list(signal: AbortSignal): Promise<CallTrouble | undefined> {
    const [now, at] = [this.#context.wallClockMs(), this.#context.now()];
    const { workflowType, taskQueue, idPrefix, watch } = this.#config;
    const watched = { workflowType, taskQueue, idPrefix, query: watch?.query };
    try {
      const since = this.#listedMs - VISIBILITY_LAG_MS;
      const { runs, whole } = await this.#link.call(signal, (client) => listRuns(client, watched, since));
      this.#book.meet(
        runs.filter(({ closedMs }) => closedMs === undefined || closedMs >= this.#beganMs),
        ({ startedMs }) => this.#toOffset(startedMs),
        ({ startedMs }) => startedMs !== undefined && startedMs >= this.#beganMs,
      );
      if (whole) {
        this.#listedMs = now;
        this.#listedAt = at;
        return undefined;
      }
      const reason = `more than ${MOST_LISTED} workflows match: a narrower query is needed`;
      this.#book.overlook(reason);
      return { kind: 'refused', reason };
    } catch (error) {
      return troubleOf(error, signal);
    }
  }

  /** Whether a worker polls the task queue; trouble where that is not to be learnt. */
  async pollers(signal: AbortSignal): Promise<boolean | CallTrouble> {
    const { taskQueue } = this.#config;
    const now = this.#context.wallClockMs();
    try {
      return await this.#link.call(signal, (client) => hasPollers(client, taskQueue, now));
    } catch (error) {
      return troubleOf(error, signal);
    }
  }

  /** Looks at each that has not ended; false where the time did not suffice, or the server did not answer. */
  async lookAtAll(followed: readonly Followed[], signal: AbortSignal): Promise<boolean> {
    let whole = true;
    await sideBySide(followed, async (one) => {
      if (signal.aborted || one.busy) whole = false;
      else if (!(await this.#look(one, signal))) whole = false;
    });
    return whole;
  }

  /** For one that still runs: who works on it. */
  async learn(followed: Followed, signal: AbortSignal): Promise<void> {
    const run = { workflowId: followed.workflowId, runId: followed.runId };
    const trail = await this.#link.call(signal, (client) => readTrail(client, run)).catch(() => undefined);
    if (trail) learnFrom(followed, trail);
  }

  async #look(followed: Followed, signal: AbortSignal): Promise<boolean> {
    followed.busy = true;
    try {
      await this.#followOn(followed, signal);
      return true;
    } catch (error) {
      if (signal.aborted && this.#wasJustSeen(followed)) return false;
      const trouble = troubleOf(error, signal);
      followed.lastLook = trouble;
      if (trouble.kind === 'not-found')
        this.#close(followed, { how: 'lost', outcome: 'bad', reason: 'the server lost the workflow' });
      return trouble.kind === 'not-found';
    } finally {
      delete followed.busy;
    }
  }

  /** A look that our own deadline cut short takes nothing back that was learnt a moment before. */
  #wasJustSeen({ seen, lastLook }: Followed): boolean {
    return lastLook === 'running' && seen !== undefined && this.#context.now() - seen[1] < JUST_SEEN_MS;
  }

  /** To its present run, or to its end. */
  async #followOn(followed: Followed, signal: AbortSignal): Promise<void> {
    for (;;) {
      const asked = this.#context.now();
      const run = { workflowId: followed.workflowId, runId: followed.runId };
      const state = await this.#link.call(signal, (client) => readRunState(client, run));
      this.#book.confirm(followed, state.firstRunId);
      if (state.is === 'running') {
        followed.seen = [followed.seen?.[0] ?? asked, asked];
        followed.lastLook = 'running';
        followed.attempts = Math.max(followed.attempts, state.attempts);
        noteTries(followed, state.tries);
        if (state.lastFailure !== undefined) followed.lastFailure = state.lastFailure;
        return;
      }
      await this.learn(followed, signal);
      if (state.is === 'ended') return this.#close(followed, await this.#judge(followed, state.how, signal));
      this.#book.moveOn(followed, state.runId);
    }
  }

  /** By its result: a workflow that returned a failure is *Completed* to the server. */
  async #judge(followed: Followed, how: End['how'], signal: AbortSignal): Promise<Omit<End, 'notAfter'>> {
    const { workflowId, runId } = followed;
    if (how === 'completed' && Object.keys(this.#config.expect).length === 0) return { how, outcome: 'good' };
    try {
      const handle = { followRuns: false };
      const result = await this.#link.call(signal, (client) =>
        client.workflow.getHandle(workflowId, runId, handle).result(),
      );
      const difference = differenceFrom(this.#config.expect, result);
      return difference === undefined ? { how, outcome: 'good' } : { how, outcome: 'bad', reason: difference };
    } catch (error) {
      const trouble = readTrouble(error);
      if (signal.aborted || trouble.kind !== 'workflow') throw error;
      return { how, outcome: 'bad', reason: trouble.reason };
    }
  }

  #close(followed: Followed, end: Omit<End, 'notAfter'>): void {
    this.#book.close(followed, { ...end, notAfter: this.#context.now() });
  }

  #toOffset(startedMs: number | undefined): number | null {
    if (startedMs === undefined) return null;
    return this.#context.now() - (this.#context.wallClockMs() - startedMs) - CLOCKS_APART_MS;
  }
}

function troubleOf(error: unknown, signal: AbortSignal): CallTrouble {
  return signal.aborted ? { kind: 'unreachable', reason: 'the server does not answer' } : readTrouble(error);
}
