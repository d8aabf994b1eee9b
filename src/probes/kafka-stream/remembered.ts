/** A map of limited size: what was used longest ago is forgotten, and that this happened is known. */
export class Remembered<Value> {
  readonly #limit: number;
  readonly #entries = new Map<string, Value>();
  #forgotten = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many entries were forgotten, ever. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  /** Puts the entry last in the row of those to be forgotten; gives the one that had to go. */
  set(key: string, value: Value): Value | undefined {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#limit) return undefined;
    for (const [oldest, gone] of this.#entries) {
      this.#entries.delete(oldest);
      this.#forgotten++;
      return gone;
    }
    return undefined;
  }

  values(): MapIterator<Value> {
    return this.#entries.values();
  }
}
