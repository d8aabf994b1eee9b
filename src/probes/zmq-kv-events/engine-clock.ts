import type { Offset } from '../../slo/model/entry.ts';
import type { Arrival } from './stream-checker.ts';

/** A clock that is corrected by less than this has not been stepped, and a batch that is late by less may have waited. */
const STEP_MS = 1000;

/**
 * Compares the engine's time stamps with arrivals. How far its clock stands from ours is not known, but the quickest batch says it to
 * within its own way: what takes longer than that one has waited. Two things prove a step of the clock: a batch that was made before its
 * predecessor, and one that seems to be quicker than the quickest by more than any correction.
 */
export class EngineClock {
  #quickest: number | undefined;
  #lastStampMs: number | undefined;
  #shiftMs: number | undefined;
  #stepped = false;

  /** It has been stepped in this lifetime: which of two batches is the older one can no longer be told by their stamps. */
  get stepped(): boolean {
    return this.#stepped;
  }

  /** How far the clock stands from where it stood at the first batch of this lifetime. Absent before that one. */
  get shiftMs(): number | undefined {
    return this.#shiftMs;
  }

  /** Takes a batch in; gives how much longer it took than the quickest one. */
  observe(stampMs: number, at: Offset, arrival: Arrival): number | undefined {
    if (arrival === 'duplicate') return undefined;
    const apart = at - stampMs;
    const inOrder = arrival !== 'late' && arrival !== 'replayed';
    if (arrival === 'first' || arrival === 'restart') this.#begin(apart);
    else if (inOrder && this.#isStepped(stampMs, apart)) this.#step(apart);
    if (inOrder) this.#lastStampMs = stampMs;
    this.#quickest = Math.min(this.#quickest ?? apart, apart);
    return apart - this.#quickest;
  }

  /** Another process, perhaps on another machine: nothing of the old clock holds. */
  #begin(apart: number): void {
    this.#quickest = apart;
    this.#shiftMs = 0;
    this.#stepped = false;
  }

  #isStepped(stampMs: number, apart: number): boolean {
    return stampMs < (this.#lastStampMs ?? stampMs) - STEP_MS || apart < (this.#quickest ?? apart) - STEP_MS;
  }

  #step(apart: number): void {
    this.#shiftMs = (this.#shiftMs ?? 0) + (this.#quickest ?? apart) - apart;
    this.#quickest = apart;
    this.#stepped = true;
  }
}
