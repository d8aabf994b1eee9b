import type { Offset } from '../../slo/model/entry.ts';
import type { FinalReading } from '../contract.ts';
import { pagesOf, wholeOn } from '../lib/pages.ts';

const MOST_ENDS = 20_000;

/** The keys of works whose end was read since they were told last, and from when on none was left out. */
export class EndBook {
  #keys: string[][] = [];
  #from: Offset;

  constructor(from: Offset) {
    this.#from = from;
  }

  add(key: string[], at: Offset): void {
    if (this.#keys.length < MOST_ENDS) this.#keys.push(key);
    else this.breakAt(at);
  }

  /** An end that was written before may never be known. */
  breakAt(at: Offset): void {
    this.#from = Math.max(this.#from, at);
  }

  /** All ends that were read. Whatever was written before `knownTo` has been. */
  take(covers: [Offset, Offset], knownTo: Offset | undefined): FinalReading[] {
    const pages = pagesOf(this.#keys);
    const span: [Offset, Offset] | undefined = knownTo === undefined ? undefined : [this.#from, knownTo];
    this.#keys = [];
    this.#from = Math.max(this.#from, knownTo ?? this.#from);
    return pages.map((ends, page) => ({ covers, values: {}, ends, ...wholeOn(page, pages.length, span) }));
  }
}
