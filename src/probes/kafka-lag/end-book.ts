import type { Offset } from '../../slo/model/entry.ts';
import { EndHistory } from './end-history.ts';
import { type Look, lowestCommits } from './look.ts';

/** Remembers where partitions ended, for all groups that read them. */
export class EndBook {
  readonly #histories = new Map<string, EndHistory>();
  #advanced = 0;

  /** Takes in the ends of a look; gives the partitions whose end went backwards. Everything known of those is forgotten. */
  read({ partitions, groups }: Look, now: Offset): Set<string> {
    const lowest = lowestCommits(groups);
    const backwards = new Set<string>();
    for (const [key, { end }] of partitions)
      if (end !== undefined && !this.#see(key, end, now, lowest.get(key) ?? 0)) backwards.add(key);
    return backwards;
  }

  /** How many records were written since the first look. */
  get advanced(): number {
    return this.#advanced;
  }

  /** When the record at this offset was written, to within the time between two looks; undefined if that was before the first one. */
  writtenAt(key: string, offset: number): Offset | undefined {
    return this.#histories.get(key)?.writtenAt(offset);
  }

  #see(key: string, end: number, now: Offset, committed: number): boolean {
    const history = this.#histories.get(key) ?? new EndHistory();
    const before = history.last;
    if (before !== undefined && end < before) {
      this.#histories.delete(key);
      return false;
    }
    history.see(end, now, committed);
    this.#histories.set(key, history);
    this.#advanced += end - (before ?? end);
    return true;
  }
}
