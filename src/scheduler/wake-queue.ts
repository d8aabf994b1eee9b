import type { Offset } from '../slo/model/entry.ts';

/** Something that wants to be woken. */
export interface Waking {
  wakeAt: Offset;
}

/** A binary heap: the one that wakes first is on top. Each item is in it once, for ever; only its `wakeAt` changes. */
export class WakeQueue<T extends Waking> {
  readonly #heap: T[];

  constructor(items: readonly T[]) {
    this.#heap = [...items].sort((a, b) => a.wakeAt - b.wakeAt);
  }

  /** The first to wake. */
  get head(): T | undefined {
    return this.#heap[0];
  }

  /** Finds the head's place after its `wakeAt` was moved later. */
  sinkHead(): void {
    const heap = this.#heap;
    const item = heap[0];
    if (!item) return;
    let place = 0;
    for (;;) {
      const child = earlierChild(heap, place);
      if (child === undefined || heap[child]!.wakeAt >= item.wakeAt) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = item;
  }
}

function earlierChild(heap: readonly Waking[], place: number): number | undefined {
  const left = 2 * place + 1;
  if (left >= heap.length) return undefined;
  const right = left + 1;
  return right < heap.length && heap[right]!.wakeAt < heap[left]!.wakeAt ? right : left;
}
