import type { Offset } from '../../slo/model/entry.ts';

interface Point {
  end: number;
  firstSeen: Offset;
  lastSeen: Offset;
}

const MAX_POINTS = 4096;

/** Where a partition ended at what time, from which follows when a record was written. */
export class EndHistory {
  #points: Point[] = [];

  get last(): number | undefined {
    return this.#points.at(-1)?.end;
  }

  /** `end` must not be less than the last one. Points that no record from `committed` on can need are forgotten. */
  see(end: number, now: Offset, committed: number): void {
    const last = this.#points.at(-1);
    if (last && last.end === end) last.lastSeen = now;
    else this.#points.push({ end, firstSeen: now, lastSeen: now });
    while (this.#points.length > 1 && (this.#points[1]!.end <= committed || this.#points.length > MAX_POINTS))
      this.#points.shift();
  }

  /** When the record at this offset was written, to within the time between two looks; undefined if that was before the first one. */
  writtenAt(offset: number): Offset | undefined {
    const after = this.#points.findIndex(({ end }) => end > offset);
    const [before, next] = [this.#points[after - 1], this.#points[after]];
    if (!before || !next) return undefined;
    const share = (offset + 0.5 - before.end) / (next.end - before.end);
    return before.lastSeen + share * (next.firstSeen - before.lastSeen);
  }
}
