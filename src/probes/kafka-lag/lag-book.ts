import type { Offset } from '../../slo/model/entry.ts';
import type { FinalReading, Reading } from '../contract.ts';
import { CountWindow } from '../lib/count-window.ts';
import { EndBook } from './end-book.ts';
import { GroupBook } from './group-book.ts';
import { type GroupReading, groupReading } from './group-reading.ts';
import type { GroupLook, Look } from './look.ts';
import { readingOfMany, readingOfOne } from './readings.ts';

const COUNTS = ['endOffsetAdvance', 'committedAdvance', 'committedRewind', 'rebalances'] as const;

/** Remembers offsets from one look to the next, and turns a look into a reading. */
export class LagBook {
  readonly #ends = new EndBook();
  readonly #groups = new Map<string, GroupBook>();
  readonly #counts: CountWindow<(typeof COUNTS)[number]>;
  readonly #oneGroup: boolean;

  /** `oneGroup`: its partitions are the parts of a reading; otherwise groups are. */
  constructor(oneGroup: boolean, now: Offset) {
    this.#oneGroup = oneGroup;
    this.#counts = new CountWindow(COUNTS, now);
  }

  /** Looks must come in the order in which they were taken. */
  read(look: Look, now: Offset): Reading {
    const advancedBefore = this.#ends.advanced;
    const backwards = this.#ends.read(look, now);
    this.#counts.add('endOffsetAdvance', this.#ends.advanced - advancedBefore);
    const readings = look.groups.map((group) => this.#readGroup(look, group, backwards, now));
    const traffic = this.#ends.advanced > 0;
    return this.#oneGroup ? readingOfOne(readings[0]!, traffic) : readingOfMany(readings, traffic);
  }

  /** Adds the counts since the last reading that had them. */
  withCounts(reading: Reading, now: Offset): Reading {
    const { covers, values } = this.#counts.take(now);
    return { ...reading, covers, values: { ...reading.values, ...values } };
  }

  /** The counts since the last reading that had them, for the end. */
  drained(now: Offset): FinalReading {
    return this.#counts.take(now);
  }

  #readGroup(look: Look, group: GroupLook, backwards: ReadonlySet<string>, now: Offset): GroupReading {
    const book = this.#groups.get(group.group) ?? new GroupBook();
    this.#groups.set(group.group, book);
    const steps = book.steps(group, backwards);
    for (const name of ['committedAdvance', 'committedRewind', 'rebalances'] as const)
      this.#counts.add(name, steps[name]);
    return groupReading(look, group, (key, partition) =>
      backwards.has(key)
        ? { known: false, reason: 'the end went backwards: records were lost, or the topic was made anew' }
        : book.lagOf(key, partition, group, this.#ends, now),
    );
  }
}
