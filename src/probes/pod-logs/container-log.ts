import type { ContainerState } from '../lib/pods/pod.ts';
import type { LogLine } from './log-page.ts';
import { type FetchPage, type NewLines, readOn, tailFor, type Unread } from './read-on.ts';

/** Reads the log of the container's run, or of the run before. */
export type FetchLog = (which: { previous: boolean; isOver: boolean }) => FetchPage;

/** What a look at one container's log brought. */
export interface Taken {
  lines: LogLine[];
  /** What can never be known any more. */
  lost: string[];
  /** What could not be read now: the next look may bring it. */
  unread?: string;
}

const LOST = {
  'too much': 'a log grew by more than may be read in one slot',
  'does not join': 'a log was rotated or cut: what came before is gone',
};

const BEGINNING_TAIL = 10;

function lastWordsGone(container: string): string {
  return `what a run of container ${container} wrote last is gone`;
}

/** Follows the log of one container from look to look, through its restarts. */
export class ContainerLog {
  #run: string | undefined;
  #restarts = -1;
  #last: LogLine | undefined;
  #tail = tailFor(0);
  #doubted = false;
  #isWhole = false;
  #isBegun: boolean;
  #begins = 0;

  /** `isNew`: nothing of it was there before; otherwise what is there at the first look is left out. */
  constructor(isNew: boolean) {
    this.#isBegun = isNew;
  }

  /** True where nothing can come any more that was not read. */
  get isWhole(): boolean {
    return this.#isWhole || (this.#isBegun && this.#run === undefined);
  }

  async #begin(container: ContainerState, fetch: FetchLog): Promise<Taken> {
    const taken: Taken = { lines: [], lost: [] };
    const isLate = this.#begins++ > 0;
    if (container.run === undefined) {
      this.#isBegun = true;
      return taken;
    }
    const isOver = !container.running;
    const page = await fetch({ previous: false, isOver })(BEGINNING_TAIL);
    // What has ended and was removed since can add nothing.
    if (!page.ok && !(isOver && page.gone)) return { ...taken, unread: page.reason };
    this.#enter(container);
    this.#last = page.ok ? page.lines.at(-1) : undefined;
    this.#isWhole = isOver;
    this.#isBegun = true;
    if (isLate) taken.lost.push('a log could not be read when the probe began');
    return taken;
  }

  /** Reads what is new, of the run before first. */
  async read(container: ContainerState, fetch: FetchLog): Promise<Taken> {
    if (!this.#isBegun) return this.#begin(container, fetch);
    const taken: Taken = { lines: [], lost: [] };
    if (container.run === undefined) return taken;
    if (container.run !== this.#run) {
      const unread = await this.#readLastWords(container, fetch, taken);
      if (unread) return { ...taken, unread: unread.reason };
      this.#enter(container);
    }
    if (this.#isWhole) return taken;
    const isOver = !container.running;
    const read = await readOn(fetch({ previous: false, isOver }), this.#last, this.#tail);
    if (!read.ok && isOver && read.gone) return this.#loseEnd(container, taken);
    if (!read.ok) return { ...taken, unread: read.reason };
    if (this.#isDoubtful(read)) return { ...taken, unread: 'a log does not go on where it ended' };
    this.#take(read, taken);
    if (read.lost === 'too much') await this.#skip(fetch, isOver);
    this.#isWhole = isOver;
    return taken;
  }

  #enter({ run, restarts }: ContainerState): void {
    this.#run = run;
    this.#restarts = restarts;
    this.#last = undefined;
    this.#doubted = false;
    this.#isWhole = false;
  }

  /** What the run that we were in wrote to its end, and what runs wrote that came and went since. */
  async #readLastWords(
    { name, restarts, previous }: ContainerState,
    fetch: FetchLog,
    taken: Taken,
  ): Promise<Unread | undefined> {
    const isOurs = previous === this.#run;
    let unseenRuns = restarts - this.#restarts - 1;
    if (!isOurs && !this.isWhole) taken.lost.push(lastWordsGone(name));
    if (previous !== undefined && !(isOurs && this.#isWhole)) {
      const read = await readOn(fetch({ previous: true, isOver: true }), isOurs ? this.#last : undefined, this.#tail);
      if (read.ok) this.#take(read, taken);
      else if (!read.gone) return read;
      else taken.lost.push(lastWordsGone(name));
      if (!isOurs) unseenRuns--;
    }
    if (unseenRuns > 0) taken.lost.push(`a run of container ${name} came and went between two looks`);
    return undefined;
  }

  #loseEnd({ name }: ContainerState, taken: Taken): Taken {
    this.#isWhole = true;
    taken.lost.push(lastWordsGone(name));
    return taken;
  }

  /** A container that was restarted a moment ago does not join either, as its next look shows. */
  #isDoubtful({ lost }: NewLines): boolean {
    const doubtsFirst = lost === 'does not join' && !this.#doubted;
    this.#doubted = doubtsFirst;
    return doubtsFirst;
  }

  #take({ lines, end, lost }: NewLines, taken: Taken): void {
    for (const line of lines) taken.lines.push(line);
    if (lost) taken.lost.push(LOST[lost]);
    this.#last = end;
    // After a flood, as many as are usual.
    this.#tail = tailFor(lost ? 0 : lines.length);
  }

  /** To where the log ends now. */
  async #skip(fetch: FetchLog, isOver: boolean): Promise<void> {
    const page = await fetch({ previous: false, isOver })(BEGINNING_TAIL);
    if (page.ok) this.#last = page.lines.at(-1) ?? this.#last;
  }
}
