/** A place in a text, both from 1. */
export interface Position {
  line: number;
  column: number;
}

/** Where the lines of a text begin. The YAML library has such a table too, which errs after quoted texts that span lines. */
export class LineTable {
  readonly #starts: number[] = [0];
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  /** The place of an offset; one beyond the end is the end. */
  at(offset: number): Position {
    const wanted = Math.min(Math.max(0, offset), this.#length);
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle]! <= wanted) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: wanted - this.#starts[low]! + 1 };
  }
}
