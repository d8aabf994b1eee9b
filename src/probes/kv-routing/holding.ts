/** How much of a prefix an engine held when it was asked: nothing of note, the half, or all. */
export type Holding = 'none' | 'half' | 'full';

/** Tokens from the cache, known to within bounds. */
export interface CachedTokens {
  low: number;
  high: number;
}

/** How long prefix and half are in tokens, as an engine counted them. */
export interface PrefixTokens {
  half: number;
  full: number;
}

const RANK: Record<Holding, number> = { none: 0, half: 1, full: 2 };

/**
 * Undefined where the bounds leave it open. The limits lie half-way between what engines hold, since blocks end where they end, and the
 * beginning of a chat's template is held by all.
 */
export function holdingOf({ low, high }: CachedTokens, tokens: PrefixTokens): Holding | undefined {
  const [least, most] = [classify(low, tokens), classify(high, tokens)];
  return least === most ? least : undefined;
}

/** Whether the first holds less than the second. */
export function isLess(one: Holding, other: Holding): boolean {
  return RANK[one] < RANK[other];
}

function classify(cached: number, { half, full }: PrefixTokens): Holding {
  if (cached > (half + full) / 2) return 'full';
  return cached > half / 2 ? 'half' : 'none';
}
