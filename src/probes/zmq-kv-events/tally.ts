import type { Batch, DecodedBatch } from './batch.ts';
import type { Arrival } from './stream-checker.ts';

/** The first and the last position of a reading, in the order of arrival. */
export interface SeenPositions {
  first: string;
  last: string;
}

type Counted =
  | 'received'
  | 'events'
  | 'stored'
  | 'removed'
  | 'duplicates'
  | 'late'
  | 'backward'
  | 'delayed'
  | 'decodeErrors';
type Counts = Record<Counted, number>;

/** Counts what arrived since it was last taken. */
export class Tally {
  #counts = nothing();
  #delayMs: number | undefined;
  #ageMs: number | undefined;
  #problem: string | undefined;
  #seen: SeenPositions | undefined;

  /** A batch with a position; its payload may still be unreadable. */
  add(seq: bigint, arrival: Arrival, decoded: DecodedBatch, arrivedMs: number): void {
    this.#counts.received++;
    if (arrival === 'duplicate') this.#counts.duplicates++;
    if (arrival === 'late') this.#counts.late++;
    if (arrival === 'restart') this.#counts.backward++;
    this.#seen = { first: this.#seen?.first ?? String(seq), last: String(seq) };
    if (decoded.ok) this.#addBatch(decoded.batch, arrivedMs);
    else this.addProblem(decoded.problem);
  }

  /** How long the batch was on its way. */
  addAge(ageMs: number, staleMs: number): void {
    if (ageMs > staleMs) this.#counts.delayed++;
    this.#ageMs = Math.max(this.#ageMs ?? 0, ageMs);
  }

  /** A message that cannot be read. */
  addProblem(problem: string): void {
    this.#counts.decodeErrors++;
    this.#problem ??= problem;
  }

  /** Everything since the last call. */
  take(): { counts: Counts; levels: Record<string, number>; problem?: string; seen?: SeenPositions } {
    const taken = {
      counts: this.#counts,
      levels: {
        ...(this.#delayMs !== undefined && { delayMs: this.#delayMs }),
        ...(this.#ageMs !== undefined && { ageMs: this.#ageMs }),
      },
      ...(this.#problem !== undefined && { problem: this.#problem }),
      ...(this.#seen && { seen: this.#seen }),
    };
    this.#counts = nothing();
    this.#delayMs = undefined;
    this.#ageMs = undefined;
    this.#problem = undefined;
    this.#seen = undefined;
    return taken;
  }

  #addBatch(batch: Batch, arrivedMs: number): void {
    this.#counts.events += batch.events;
    this.#counts.stored += batch.stored;
    this.#counts.removed += batch.removed;
    this.#delayMs = Math.max(this.#delayMs ?? Number.NEGATIVE_INFINITY, arrivedMs - batch.stampMs);
  }
}

function nothing(): Counts {
  return {
    received: 0,
    events: 0,
    stored: 0,
    removed: 0,
    duplicates: 0,
    late: 0,
    backward: 0,
    delayed: 0,
    decodeErrors: 0,
  };
}
