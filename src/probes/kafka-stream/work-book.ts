import type { Offset } from '../../slo/model/entry.ts';
import { Remembered } from './remembered.ts';

interface Work {
  id: string;
  begunAt: Offset;
  state: 'open' | 'ended' | 'given-up';
}

/** What an event said about a piece of work; absent where it said nothing new. */
export type WorkNews = 'begun' | 'ended' | 'endedLate' | 'endedUnbegun';

/** Work that began and was not seen to end, split at a moment by when it began. */
export interface Unended {
  before: number;
  after: number;
  ids: string[];
  /** Work that was still open had to be forgotten: there may be more. */
  incomplete: boolean;
}

const SHOWN_IDS = 20;

/** Follows pieces of work from their beginning to their end. Nothing is given up before `settle`. */
export class WorkBook {
  readonly #works: Remembered<Work>;
  #open = 0;
  #forgotOpen = false;

  constructor(limit: number) {
    this.#works = new Remembered(limit);
  }

  /** How many have begun and not ended. */
  get open(): number {
    return this.#open;
  }

  get forgotten(): number {
    return this.#works.forgotten;
  }

  observe({ id, step }: { id: string; step: 'begin' | 'end' }, at: Offset): WorkNews | undefined {
    const work = this.#works.get(id);
    if (step === 'begin') return work ? undefined : this.#begin(id, at);
    if (work?.state === 'ended') return undefined;
    this.#enter({ id, begunAt: work?.begunAt ?? at, state: 'ended' });
    if (!work) return 'endedUnbegun';
    if (work.state === 'given-up') return 'endedLate';
    this.#open--;
    return 'ended';
  }

  /** What has begun and not ended. */
  openIds(): string[] {
    return this.#openBy(Number.POSITIVE_INFINITY).map(({ id }) => id);
  }

  isOpen(id: string): boolean {
    return this.#works.get(id)?.state === 'open';
  }

  /** Gives up what had begun by then and is still open: what ends later is late. What began since is left to the next time. */
  settle(splitAt: Offset, begunBy: Offset = Number.POSITIVE_INFINITY): Unended {
    const open = this.#openBy(begunBy);
    for (const work of open) work.state = 'given-up';
    this.#open -= open.length;
    const before = open.filter(({ begunAt }) => begunAt <= splitAt).length;
    const unended = { before, after: open.length - before, ids: open.slice(0, SHOWN_IDS).map(({ id }) => id) };
    const incomplete = this.#forgotOpen;
    this.#forgotOpen = false;
    return { ...unended, incomplete };
  }

  #openBy(moment: Offset): Work[] {
    return [...this.#works.values()].filter(({ state, begunAt }) => state === 'open' && begunAt <= moment);
  }

  #begin(id: string, at: Offset): WorkNews {
    this.#open++;
    this.#enter({ id, begunAt: at, state: 'open' });
    return 'begun';
  }

  #enter(work: Work): void {
    const gone = this.#works.set(work.id, work);
    if (gone?.state !== 'open') return;
    this.#open--;
    this.#forgotOpen = true;
  }
}
