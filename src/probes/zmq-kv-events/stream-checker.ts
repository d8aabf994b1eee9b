import type { Offset } from '../../slo/model/entry.ts';
import { type Hole, HoleList, sizeOf } from './holes.ts';

/** A batch as it arrived live. */
export interface Observation {
  seq: bigint;
  /** Equal for equal payloads; different payloads hardly ever share one. */
  fingerprint: number;
  at: Offset;
  /** Which connection brought it. */
  connection: number;
  /** The engine's time stamp, where the payload could be read. */
  stampMs?: number;
}

/**
 * How a batch fits what came before. `first`: nothing came before. `next`: in order. `jump`: some are missing before it. `late`: it
 * should have come earlier. `duplicate`: it was here already. `replayed`: a replay brought it first, and now it came live after all.
 * `restart`: the publisher began again.
 */
export type Arrival = 'first' | 'next' | 'jump' | 'late' | 'duplicate' | 'replayed' | 'restart';

/** What a stretch of the stream cost in the end, split at a moment by when each hole opened. */
export interface Settlement {
  lostBefore: bigint;
  lostAfter: bigint;
  lost: Hole[];
  /** How many of these holes, from the first on, belong to lifetimes of the publisher that have ended. */
  ofEarlierLifetimes: number;
  /** Of the lost positions, how many do. */
  beyondRecall: bigint;
}

const REMEMBERED = 4096;

/** One lifetime of the publisher, as far as we saw it. */
interface Lifetime {
  first: bigint;
  highest: bigint;
  highestStampMs: number | undefined;
}

/**
 * Follows a numbered stream: finds holes, late ones, duplicates and restarts. Nothing is counted as lost before `settle`.
 *
 * The stream carries no lifetime id, so a restart shows only as a step backwards: other content at a position we remember, any unknown
 * position not above the highest as the first of a new connection (a publisher never sends old batches to a new subscriber), or a time
 * stamp newer than the highest position's. A publisher that restarts and passes the old position unseen cannot be told.
 */
export class StreamChecker {
  #lifetime: Lifetime | undefined;
  #lifetimes = 0;
  #connection = 0;
  readonly #recent = new Map<bigint, number>();
  /** Of these, what came by replay and has not come live. */
  readonly #replayed = new Set<bigint>();
  readonly #open = new HoleList();
  /** Holes of this lifetime that `settle` has counted as lost: what arrives for them is late, not a restart. */
  readonly #settled = new HoleList();
  readonly #earlier = new HoleList();

  get highest(): bigint | undefined {
    return this.#lifetime?.highest;
  }

  /** Counts lifetimes of the publisher. */
  get lifetimes(): number {
    return this.#lifetimes;
  }

  /** Positions that did not arrive, and may still. */
  get missing(): bigint {
    return this.#open.missing + this.#earlier.missing;
  }

  /** Holes that the publisher's present lifetime could still fill. */
  get openHoles(): readonly Hole[] {
    return this.#open.all();
  }

  /** What is remembered of a position of this lifetime. */
  fingerprintOf(seq: bigint): number | undefined {
    return this.#recent.get(seq);
  }

  /** Takes a live batch in. */
  observe(batch: Observation): Arrival {
    const arrival = this.#classify(batch);
    if (arrival === 'first' || arrival === 'restart') this.#begin(batch, arrival === 'restart');
    else if (arrival === 'next' || arrival === 'jump')
      this.#advance(batch, this.#lifetime!, batch.connection !== this.#connection);
    else if (arrival === 'late') this.#fillLate(batch.seq);
    this.#connection = batch.connection;
    if (arrival !== 'duplicate') this.#remember(batch.seq, batch.fingerprint);
    this.#replayed.delete(batch.seq);
    return arrival;
  }

  /** Takes a replayed batch in; gives the hole that it was missing from, if any. */
  recover(seq: bigint, fingerprint: number): Hole | undefined {
    const hole = this.#open.fill(seq);
    if (hole) this.#rememberReplayed(seq, fingerprint);
    return hole;
  }

  /** Takes in a batch that the replay brought from beyond the highest position; gives the hole that it counts as. */
  adopt(batch: Omit<Observation, 'connection'>): Hole | undefined {
    if (!this.#lifetime || batch.seq <= this.#lifetime.highest) return this.recover(batch.seq, batch.fingerprint);
    this.#advance(batch, this.#lifetime);
    this.#rememberReplayed(batch.seq, batch.fingerprint);
    return { from: batch.seq, to: batch.seq, openedAt: batch.at };
  }

  /** Counts what is still missing as lost and begins to count anew. */
  settle(splitAt: Offset): Settlement {
    const open = this.#open.takeAll();
    const earlier = this.#earlier.takeAll();
    for (const hole of open.holes) this.#settled.append(hole);
    const lost = [...earlier.holes, ...open.holes];
    const before = total(lost.filter((hole) => hole.openedAt <= splitAt));
    const all = total(lost) + open.onlyCounted + earlier.onlyCounted;
    const beyondRecall = total(earlier.holes) + earlier.onlyCounted;
    return {
      lostBefore: before,
      lostAfter: all - before,
      lost,
      ofEarlierLifetimes: earlier.holes.length,
      beyondRecall,
    };
  }

  #classify(batch: Observation): Arrival {
    const life = this.#lifetime;
    if (!life) return 'first';
    if (batch.seq > life.highest) return batch.seq === life.highest + 1n ? 'next' : 'jump';
    const known = this.#recent.get(batch.seq);
    if (known === batch.fingerprint) return this.#replayed.has(batch.seq) ? 'replayed' : 'duplicate';
    if (known !== undefined) return 'restart';
    if (batch.connection !== this.#connection || isNewer(batch.stampMs, life.highestStampMs)) return 'restart';
    if (this.#isMissing(batch.seq) || batch.seq < life.first) return 'late';
    return batch.seq === 0n && batch.stampMs === undefined ? 'restart' : 'duplicate';
  }

  #isMissing(seq: bigint): boolean {
    return this.#open.has(seq) || this.#settled.has(seq);
  }

  /**
   * What a restarted publisher sent before we were connected again is missing. On the same connection, and at the very first batch, what
   * came before is not known to have been sent while we listened.
   */
  #begin(batch: Observation, restarted: boolean): void {
    this.#earlier.takeOver(this.#open);
    this.#settled.takeAll();
    this.#recent.clear();
    this.#replayed.clear();
    this.#lifetimes++;
    this.#lifetime = { first: batch.seq, highest: batch.seq, highestStampMs: batch.stampMs };
    if (restarted && batch.connection !== this.#connection && batch.seq > 0n)
      this.#open.append({ from: 0n, to: batch.seq - 1n, openedAt: batch.at, away: true });
  }

  #advance(batch: Omit<Observation, 'connection'>, life: Lifetime, away = false): void {
    const hole = { from: life.highest + 1n, to: batch.seq - 1n, openedAt: batch.at };
    if (hole.from <= hole.to) this.#open.append(away ? { ...hole, away } : hole);
    life.highest = batch.seq;
    life.highestStampMs = batch.stampMs;
  }

  #fillLate(seq: bigint): void {
    if (!this.#open.fill(seq)) this.#settled.fill(seq);
  }

  #remember(seq: bigint, fingerprint: number): void {
    this.#recent.set(seq, fingerprint);
    if (this.#recent.size <= REMEMBERED) return;
    for (const oldest of this.#recent.keys()) {
      this.#recent.delete(oldest);
      this.#replayed.delete(oldest);
      break;
    }
  }

  #rememberReplayed(seq: bigint, fingerprint: number): void {
    this.#replayed.add(seq);
    this.#remember(seq, fingerprint);
  }
}

function isNewer(stampMs: number | undefined, thanMs: number | undefined): boolean {
  return stampMs !== undefined && thanMs !== undefined && stampMs > thanMs;
}

function total(holes: Hole[]): bigint {
  return holes.reduce((sum, hole) => sum + sizeOf(hole), 0n);
}
