import type { Offset } from '../slo/model/entry.ts';

/** Time as the run sees it. The only place in the program that knows what time it is; tests hand in a virtual one. */
export interface Clock {
  /** Milliseconds since the run began, monotonic. */
  now(): Offset;
  /** Milliseconds since 1970 by the wall clock. */
  wallClockMs(): number;
  /** Resolves at that offset (at once if it has passed). Rejects with the signal's reason when it aborts first. */
  sleepUntil(offset: Offset, signal?: AbortSignal): Promise<void>;
  /** Calls back once at that offset; the returned function cancels. */
  at(offset: Offset, callback: () => void): () => void;
}
