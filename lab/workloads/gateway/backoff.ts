/** Waiting times between attempts: each twice the one before, up to the longest. */
export interface Backoff {
  nextMs: () => number;
  reset: () => void;
}

export function createBackoff(firstMs: number, longestMs: number): Backoff {
  let next = firstMs;
  return {
    nextMs: () => {
      const now = next;
      next = Math.min(longestMs, next * 2);
      return now;
    },
    reset: () => {
      next = firstMs;
    },
  };
}
