import { Remembered } from './remembered.ts';

interface Place {
  partition: number;
  highest: number | bigint;
}

/** How an event fits the ones of its key before it. `moved`: the key came to another partition, where Kafka promises no order. */
export type Fit = 'in-order' | 'disordered' | 'moved';

/** Follows each key's rank. Order is judged within a key of a topic, as it stands in the partition's log. */
export class OrderBook {
  readonly #places: Remembered<Place>;

  constructor(limit: number) {
    this.#places = new Remembered(limit);
  }

  get forgotten(): number {
    return this.#places.forgotten;
  }

  observe(topic: string, partition: number, key: string, rank: number | bigint): Fit {
    const name = `${topic} ${key}`;
    const known = this.#places.get(name);
    const moved = known !== undefined && known.partition !== partition;
    const highest = known === undefined || moved || rank > known.highest ? rank : known.highest;
    this.#places.set(name, { partition, highest });
    if (moved) return 'moved';
    return rank < highest ? 'disordered' : 'in-order';
  }
}
