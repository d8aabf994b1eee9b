import type { Offset } from '../../slo/model/entry.ts';

/** Counts between two readings. The covers of what is taken join without a hole; what is not taken waits for the next reading. */
export class CountWindow<Name extends string> {
  readonly #names: readonly Name[];
  #counts: Record<Name, number>;
  #from: Offset;

  constructor(names: readonly Name[], from: Offset) {
    this.#names = names;
    this.#counts = zeros(names);
    this.#from = from;
  }

  add(name: Name, count = 1): void {
    this.#counts[name] += count;
  }

  /** Hands over the counts since the last time and starts afresh. */
  take(now: Offset): { covers: [Offset, Offset]; values: Record<Name, number> } {
    const taken = { covers: [this.#from, now] as [Offset, Offset], values: this.#counts };
    this.#from = now;
    this.#counts = zeros(this.#names);
    return taken;
  }
}

const HOLE_MS = 1;

/**
 * What counts account for that may have left something out: a hole at either end, wherever between them a phase begins. So what was counted is a
 * lower bound, and nobody takes it for all there was.
 */
export function withHoles([from, to]: [Offset, Offset]): [Offset, Offset] {
  const hole = Math.min(HOLE_MS, (to - from) / 3);
  return [from + hole, to - hole];
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}
