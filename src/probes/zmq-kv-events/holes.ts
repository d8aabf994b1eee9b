import type { Offset } from '../../slo/model/entry.ts';

/** Positions `from..to`, both included, that did not arrive. `openedAt`: when a later one arrived. */
export interface Hole {
  from: bigint;
  to: bigint;
  openedAt: Offset;
  /** The later one was the first of its connection: these were sent while we were away, or before our subscription was in force. */
  away?: true;
}

/** More holes than this are only counted. */
const MAX_HOLES = 10_000;

export function sizeOf(hole: Hole): bigint {
  return hole.to - hole.from + 1n;
}

/** What of the holes lies below a position, and what does not. */
export function splitAt(holes: readonly Hole[], position: bigint): { below: Hole[]; rest: Hole[] } {
  const parts = (from: (hole: Hole) => bigint, to: (hole: Hole) => bigint) =>
    holes.map((hole) => ({ ...hole, from: from(hole), to: to(hole) })).filter((hole) => hole.from <= hole.to);
  return {
    below: parts(
      ({ from }) => from,
      ({ to }) => (to < position ? to : position - 1n),
    ),
    rest: parts(
      ({ from }) => (from < position ? position : from),
      ({ to }) => to,
    ),
  };
}

/** Holes apart from each other; `has` and `fill` need them in rising order. */
export class HoleList {
  #holes: Hole[] = [];
  #missing = 0n;
  /** Positions of holes that are no longer kept one by one. */
  #onlyCounted = 0n;

  get missing(): bigint {
    return this.#missing;
  }

  all(): readonly Hole[] {
    return this.#holes;
  }

  /** Adds a hole above all others. */
  append(hole: Hole): void {
    this.#holes.push(hole);
    this.#missing += sizeOf(hole);
    this.#foldSurplus();
  }

  /** Adds all holes of another list, which is empty then. */
  takeOver(other: HoleList): void {
    const { holes, onlyCounted } = other.takeAll();
    for (const hole of holes) this.append(hole);
    this.#missing += onlyCounted;
    this.#onlyCounted += onlyCounted;
  }

  has(seq: bigint): boolean {
    return this.#indexOf(seq) >= 0;
  }

  /** Takes a position out; gives the hole that it was in. */
  fill(seq: bigint): Hole | undefined {
    const index = this.#indexOf(seq);
    const hole = this.#holes[index];
    if (hole === undefined) return undefined;
    const rest = [
      { ...hole, to: seq - 1n },
      { ...hole, from: seq + 1n },
    ].filter((part) => part.from <= part.to);
    this.#holes.splice(index, 1, ...rest);
    this.#missing -= 1n;
    this.#foldSurplus();
    return hole;
  }

  /** Gives all holes away. */
  takeAll(): { holes: Hole[]; onlyCounted: bigint } {
    const taken = { holes: this.#holes, onlyCounted: this.#onlyCounted };
    this.#holes = [];
    this.#missing = 0n;
    this.#onlyCounted = 0n;
    return taken;
  }

  #foldSurplus(): void {
    const surplus = this.#holes.length - MAX_HOLES;
    if (surplus > 0) for (const hole of this.#holes.splice(0, surplus)) this.#onlyCounted += sizeOf(hole);
  }

  /** Of the hole that holds the position; -1 where there is none. */
  #indexOf(seq: bigint): number {
    let low = 0;
    let high = this.#holes.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const hole = this.#holes[middle]!;
      if (seq < hole.from) high = middle - 1;
      else if (seq > hole.to) low = middle + 1;
      else return middle;
    }
    return -1;
  }
}
