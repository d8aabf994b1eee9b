import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  everyMs: number;
  withinMs: number;
}

/** Looks again and again until there is something to see; undefined when the time is up. Rejects when the signal aborts. */
export async function pollUntil<Seen>(
  look: () => Seen | undefined | Promise<Seen | undefined>,
  patience: Patience,
  signal: AbortSignal,
): Promise<Seen | undefined> {
  const deadline = performance.now() + patience.withinMs;
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if (seen !== undefined) return seen;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return undefined;
    await sleep(Math.min(patience.everyMs, leftMs), undefined, { signal });
  }
}
