import type { Offset } from '../../slo/model/entry.ts';
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
  readonly #mayUse: (target: string, now: Offset) => boolean;
  #items: Planted[] = [];

  /** `mayUse` says whether what this engine held may be repeated now. */
  constructor(settleMs: number, mayUse: (target: string, now: Offset) => boolean) {
    this.#settleMs = settleMs;
    this.#mayUse = mayUse;
  }

  add(planted: Planted): void {
    this.#items.push(planted);
    if (this.#items.length > MOST_KEPT + 200) this.#items.shift();
  }

  /** How many can be taken, now or once they have settled. */
  size(now: Offset): number {
    return this.#items.length - this.#kept(now).size;
  }

  /** The one that waits longest. */
  take(now: Offset): Planted | undefined {
    const kept = this.#kept(now);
    const oldest = this.#items.find((item) => !kept.has(item) && now - item.plantedAt >= this.#settleMs);
    if (oldest) this.#items = this.#items.filter((item) => item !== oldest);
    return oldest;
  }

  #kept(now: Offset): Set<Planted> {
    const kept = new Set<Planted>();
    const perEngine = new Map<string, number>();
    for (const item of this.#items) {
      const already = perEngine.get(item.fullAt) ?? 0;
      if (this.#mayUse(item.fullAt, now) || already >= KEPT_FOR_EACH_DOWN_ENGINE || kept.size >= MOST_KEPT) continue;
      kept.add(item);
      perEngine.set(item.fullAt, already + 1);
    }
    return kept;
  }
}
