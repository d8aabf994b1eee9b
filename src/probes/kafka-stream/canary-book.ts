import type { Offset } from '../../slo/model/entry.ts';
import { Remembered } from './remembered.ts';

/** Where the broker said that it put a record. */
export interface Placed {
  partition: number;
  offset: bigint;
}

interface Canary {
  id: string;
  sentAt: Offset;
  /** `under-way`: no answer yet. `unsure`: the answer was lost, so nobody knows whether it was written. */
  state: 'under-way' | 'unsure' | Placed;
}

type Count = 'sent' | 'delivered' | 'refused' | 'canaryDuplicates';

/** How far the topic has been read: beyond a place, and to the end that it has now. */
export interface ReadSoFar {
  passed(placed: Placed): boolean;
  toTheEnd: boolean;
}

/** Canaries that have not come back, split at a moment by when they were sent. */
export interface CanaryLosses {
  before: { lost: number; indeterminate: number };
  after: { lost: number; indeterminate: number };
  lostIds: string[];
  /** When the first one was sent of which nothing can be said yet. */
  openFrom?: Offset;
}

const MAX_OPEN = 10_000;
const SHOWN_IDS = 20;

/**
 * Keeps apart what is known of each record of ours: written and come back, written and gone, not written, or nobody knows. One whose
 * answer was lost and that came back was written. Nothing is lost before `settle`, and then only below where the topic has been read.
 */
export class CanaryBook {
  readonly #open = new Map<string, Canary>();
  readonly #returned = new Remembered<true>(MAX_OPEN);
  #counts = noCounts();

  /** Those of which a send or a return may still be heard. */
  open(read: ReadSoFar): number {
    return [...this.#open.values()].filter((canary) => fateOf(canary, read) === undefined).length;
  }

  stateOf(id: string): Canary['state'] | undefined {
    return this.#open.get(id)?.state;
  }

  /** False where too many are open already. */
  announce(id: string, sentAt: Offset): boolean {
    if (this.#open.size >= MAX_OPEN) return false;
    this.#open.set(id, { id, sentAt, state: 'under-way' });
    return true;
  }

  written(id: string, placed: Placed): void {
    const canary = this.#open.get(id);
    if (canary?.state !== 'under-way') return;
    canary.state = placed;
    this.#counts.sent++;
  }

  unsure(id: string): void {
    const canary = this.#open.get(id);
    if (canary?.state === 'under-way') canary.state = 'unsure';
  }

  refused(id: string): void {
    if (this.#open.delete(id)) this.#counts.refused++;
  }

  /** A record of ours was read; says how long it took where it is the first time. */
  returned(id: string, at: Offset): number | undefined {
    const canary = this.#open.get(id);
    if (!canary) {
      if (this.#returned.get(id)) this.#counts.canaryDuplicates++;
      return undefined;
    }
    if (typeof canary.state === 'string') this.#counts.sent++;
    this.#counts.delivered++;
    this.#open.delete(id);
    this.#returned.set(id, true);
    return at - canary.sentAt;
  }

  take(): Record<Count, number> {
    const counts = this.#counts;
    this.#counts = noCounts();
    return counts;
  }

  settle(splitAt: Offset, read: ReadSoFar): CanaryLosses {
    const losses: CanaryLosses = { before: noLosses(), after: noLosses(), lostIds: [] };
    for (const canary of [...this.#open.values()]) {
      const fate = fateOf(canary, read);
      if (fate === undefined) losses.openFrom = Math.min(losses.openFrom ?? canary.sentAt, canary.sentAt);
      else this.#close(canary, fate, losses, splitAt);
    }
    return losses;
  }

  #close({ id, sentAt }: Canary, fate: 'lost' | 'indeterminate', losses: CanaryLosses, splitAt: Offset): void {
    (sentAt <= splitAt ? losses.before : losses.after)[fate]++;
    if (fate === 'lost' && losses.lostIds.length < SHOWN_IDS) losses.lostIds.push(id);
    this.#open.delete(id);
  }
}

function fateOf({ state }: Canary, { passed, toTheEnd }: ReadSoFar): 'lost' | 'indeterminate' | undefined {
  if (state === 'under-way') return undefined;
  if (state === 'unsure') return toTheEnd ? 'indeterminate' : undefined;
  return passed(state) ? 'lost' : undefined;
}

function noCounts(): Record<Count, number> {
  return { sent: 0, delivered: 0, refused: 0, canaryDuplicates: 0 };
}

function noLosses() {
  return { lost: 0, indeterminate: 0 };
}
