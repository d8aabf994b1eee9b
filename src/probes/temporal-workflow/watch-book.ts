import type { Life, Offset } from '../../slo/model/entry.ts';
import { CountWindow } from '../lib/count-window.ts';
import { type End, type Followed, lifeOf, storyOf } from './followed.ts';
import type { ListedRun } from './listing.ts';

/** Of those that ended: what the first that went wrong said, and the longest that one waited for a worker. */
interface News {
  reason?: string;
  waitedMs?: number;
}

const COUNTS = ['started', 'ended', 'completed', 'failed', 'timedOut', 'terminated', 'cancelled', 'moved'] as const;

const MOST_RUNS_KNOWN = 50_000;
const MOST_LIVES = 20_000;
/** A final reading holds no more than twice that. */
const MOST_CHARS_OF_STORIES = 30_000;

/** Who is followed, who has ended, and how many of each. */
export class WatchBook {
  readonly counts: CountWindow<(typeof COUNTS)[number]>;
  readonly #open = new Map<string, Followed>();
  /** So that visibility, which lags, does not bring one again that has ended. */
  readonly #knownRuns = new Set<string>();
  #lives: Life[] = [];
  #stories: object[] = [];
  #storyChars = 0;
  #news: News = {};
  /** Not everything could be followed: some may have been in flight of which nothing is known. */
  #overlooked: string | undefined;

  constructor(now: Offset) {
    this.counts = new CountWindow(COUNTS, now);
  }

  get open(): Followed[] {
    return [...this.#open.values()];
  }

  /** Runs that are not known yet are followed; a new run of one that is followed is found by following that one. */
  meet(
    runs: readonly ListedRun[],
    notBeforeOf: (run: ListedRun) => Offset | null,
    isNew: (run: ListedRun) => boolean,
  ): void {
    for (const run of runs) {
      const { workflowId, runId } = run;
      if (this.#knownRuns.has(runId) || this.#open.has(workflowId)) continue;
      this.#remember(runId);
      const known = { workflowId, runId, notBefore: notBeforeOf(run), isNew: isNew(run) };
      this.#open.set(workflowId, { ...known, attempts: 1, workers: new Set(), tries: new Map(), moved: false });
    }
  }

  /** It was seen for the first time by the server's own word. */
  confirm(followed: Followed, firstRunId: string): void {
    if (followed.firstRunId !== undefined) return;
    followed.firstRunId = firstRunId;
    // A run that continues another began when nobody knows.
    if (firstRunId !== followed.runId) followed.notBefore = null;
    else if (followed.isNew) this.counts.add('started');
  }

  /** It went on as a new run. */
  moveOn(followed: Followed, runId: string): void {
    followed.runId = runId;
    this.#remember(runId);
  }

  /** Enters an end into the books, once. */
  close(followed: Followed, end: End): void {
    if (!this.#open.delete(followed.workflowId)) return;
    this.counts.add('ended');
    this.counts.add(end.outcome === 'good' ? 'completed' : countOf(end));
    if (followed.moved) this.counts.add('moved');
    this.#keep(lifeOf(followed, end, end.notAfter), storyOf(followed, end));
    this.#hear(followed, end);
  }

  overlook(why: string): void {
    this.#overlooked = why;
  }

  /** What the ends since the last time had to say. */
  takeNews(): News {
    const news = this.#news;
    this.#news = {};
    return news;
  }

  /** Everything that is known since the last time. Who still runs stays in the book. */
  tell(now: Offset): { lives: Life[]; stories: object[]; overlooked: string | undefined } {
    for (const followed of this.open) this.#keep(lifeOf(followed, undefined, now), storyOf(followed, undefined));
    const overlooked = this.#overlooked;
    const told = { lives: this.#lives, stories: this.#stories, overlooked };
    if (overlooked !== undefined) told.lives.push(unknownLife(overlooked, now));
    this.#lives = [];
    this.#stories = [];
    this.#storyChars = 0;
    this.#overlooked = undefined;
    return told;
  }

  #hear({ waitedMs }: Followed, { reason }: End): void {
    if (reason !== undefined) this.#news.reason ??= reason;
    if (waitedMs !== undefined) this.#news.waitedMs = Math.max(this.#news.waitedMs ?? 0, waitedMs);
  }

  #keep(life: Life, story: object | undefined): void {
    if (this.#lives.length < MOST_LIVES) this.#lives.push(life);
    else this.overlook(`more than ${MOST_LIVES} workflows ran`);
    const chars = story ? JSON.stringify(story).length : 0;
    if (!story || this.#storyChars + chars > MOST_CHARS_OF_STORIES) return;
    this.#storyChars += chars;
    this.#stories.push(story);
  }

  #remember(runId: string): void {
    this.#knownRuns.add(runId);
    if (this.#knownRuns.size <= MOST_RUNS_KNOWN) return;
    const [oldest] = this.#knownRuns;
    this.#knownRuns.delete(oldest!);
  }
}

/** A workflow that the server calls completed and that returned a failure has failed. */
function countOf({ how }: End): 'failed' | 'timedOut' | 'terminated' | 'cancelled' {
  return how === 'completed' || how === 'lost' ? 'failed' : how;
}

/** It stands for what was overlooked: it may have been in flight at any time, and may have ended anyhow. */
function unknownLife(why: string, now: Offset): Life {
  return { id: 'overlooked', seen: [now, now], within: [null, null], outcome: 'unknown', reason: why };
}
