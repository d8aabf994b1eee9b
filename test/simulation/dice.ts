import { forStream, type Random } from '../../src/scheduler/random.ts';

/** Seeded chance for worlds: each named thing has a stream of its own. */
export class Dice {
  readonly #random: Random;

  constructor(seed: number, name: string) {
    this.#random = forStream(seed, name);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** A whole number in `[low, high]`. */
  between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)]!;
  }

  /** One of the names, as often as its weight says. */
  weighted<Name extends string>(weights: Record<Name, number>): Name {
    const entries = Object.entries(weights) as [Name, number][];
    let left = this.#random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return entries.at(-1)![0];
  }
}
