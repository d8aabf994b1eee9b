import type { Offset } from '../../slo/model/entry.ts';
import type { Config } from './config.ts';
import type { PrefixTokens } from './holding.ts';
import type { Prefix } from './prompts.ts';

/** A prefix that one engine was given whole, and another one to its half: so every loss in the index sends its repeat somewhere worse. */
export interface Planted {
  prefix: Prefix;
  tokens: PrefixTokens;
  fullAt: string;
  halfAt: string;
  plantedAt: Offset;
}

/** What an engine that is down held is kept, for when it is back: only then it shows whether the gateway believes what was true before. */
const KEPT_FOR_EACH_DOWN_ENGINE = 2;
const MOST_KEPT = 64;

/** Planted prefixes in the order of planting. Each is repeated once. */
export class WaitingPrefixes {
  readonly #settleMs: number;
  readonly #waiting: number;
  readonly #mayUse: (target: string) => boolean;
  #items: Planted[] = [];

  /** `mayUse` says whether what this engine held may be repeated now. */
  constructor({ settle, waiting }: Pick<Config, 'settle' | 'waiting'>, mayUse: (target: string) => boolean) {
    this.#settleMs = settle;
    this.#waiting = waiting;
    this.#mayUse = mayUse;
  }

  add(planted: Planted): void {
    this.#items.push(planted);
    if (this.#items.length > MOST_KEPT + 2 * this.#waiting) this.#items.shift();
  }

  /** Its repeat found nothing out, and did nothing to what the engines hold. */
  putBack(planted: Planted, now: Offset): void {
    this.add({ ...planted, plantedAt: now });
  }

  /** How many to plant in this slot: one for each that is repeated; more at first, fewer after many were put back. */
  wanted(slot: number): number {
    const size = this.#items.length - this.#kept().size;
    if (size < this.#waiting) return 2;
    if (size === this.#waiting) return 1;
    return size < 2 * this.#waiting && slot % 2 === 0 ? 1 : 0;
  }

  /** The one that waits longest. */
  take(now: Offset): Planted | undefined {
    const kept = this.#kept();
    const oldest = this.#items.find((item) => !kept.has(item) && now - item.plantedAt >= this.#settleMs);
    if (oldest) this.#items = this.#items.filter((item) => item !== oldest);
    return oldest;
  }

  #kept(): Set<Planted> {
    const kept = new Set<Planted>();
    const perEngine = new Map<string, number>();
    for (const item of this.#items) {
      const already = perEngine.get(item.fullAt) ?? 0;
      if (this.#mayUse(item.fullAt) || already >= KEPT_FOR_EACH_DOWN_ENGINE || kept.size >= MOST_KEPT) continue;
      kept.add(item);
      perEngine.set(item.fullAt, already + 1);
    }
    return kept;
  }
}
