import type { Offset } from '../../slo/model/entry.ts';
import type { EndBook } from './end-book.ts';
import type { GroupLook, PartitionLook } from './look.ts';
import { RebalanceCounter } from './rebalances.ts';

/** What a partition's lag came to, or why it is not known. */
export type Lag = { known: true; records: number; seconds?: number } | { known: false; reason: string };

/** One partition as one group reads it. */
export interface PartitionLag {
  at: PartitionLook;
  lag: Lag;
}

/** What a group did since the last look. */
export interface GroupSteps {
  committedAdvance: number;
  committedRewind: number;
  rebalances: number;
}

/** Remembers what one group had committed, from one look to the next. */
export class GroupBook {
  readonly #committed = new Map<string, number>();
  /** Where a partition ended while it was empty and without a commit: what came later is lag. */
  readonly #emptyEnds = new Map<string, number>();
  readonly #rebalances = new RebalanceCounter();

  /** Takes in a look. What went backwards at its end begins anew, and is not called a rewind of the group. */
  steps({ committed, state }: GroupLook, backwards: ReadonlySet<string>): GroupSteps {
    for (const key of backwards) {
      this.#committed.delete(key);
      this.#emptyEnds.delete(key);
    }
    const steps = { committedAdvance: 0, committedRewind: 0, rebalances: this.#rebalances.since(state) };
    for (const [key, offset] of backwards.size > 0 ? withoutAny(committed, backwards) : committed) {
      const step = offset - (this.#committed.get(key) ?? this.#emptyEnds.get(key) ?? offset);
      steps[step < 0 ? 'committedRewind' : 'committedAdvance'] += Math.abs(step);
      this.#committed.set(key, offset);
    }
    return steps;
  }

  lagOf(key: string, look: PartitionLook, own: GroupLook, ends: EndBook, now: Offset): Lag {
    const { start, end } = look;
    if (look.trouble !== undefined || end === undefined)
      return { known: false, reason: look.trouble ?? 'its end is not known' };
    const committed = own.committed.get(key) ?? this.#impliedCommit(key, look);
    if (committed === undefined) return { known: false, reason: 'there are records, but no commit' };
    if (committed > end) return { known: false, reason: 'the commit lies beyond the end' };
    if (start !== undefined && committed < start)
      return { known: false, reason: 'the commit lies before the start: records were deleted unread' };
    return { known: true, records: end - committed, ...ageOf(key, committed, end, ends, now) };
  }

  #impliedCommit(key: string, { start, end }: PartitionLook): number | undefined {
    if (end !== undefined && (start ?? end) === end && !this.#emptyEnds.has(key)) this.#emptyEnds.set(key, end);
    return this.#emptyEnds.get(key);
  }
}

function withoutAny(committed: ReadonlyMap<string, number>, keys: ReadonlySet<string>): [string, number][] {
  return [...committed].filter(([key]) => !keys.has(key));
}

function ageOf(key: string, committed: number, end: number, ends: EndBook, now: Offset): { seconds?: number } {
  if (committed === end) return { seconds: 0 };
  const written = ends.writtenAt(key, committed);
  return written === undefined ? {} : { seconds: Math.max(0, now - written) / 1000 };
}
