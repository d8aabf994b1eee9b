/** Lets one work go on at a time, in the order in which they were asked for. */
export interface Turns {
  /** `undefined` where the signal aborted before its turn came. */
  take<Done>(signal: AbortSignal, work: () => Promise<Done>): Promise<Done | undefined>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async take(signal, work) {
      const before = last;
      const { promise: over, resolve: end } = Promise.withResolvers<void>();
      last = before.then(() => over);
      const aborted = Promise.withResolvers<void>();
      const abort = () => aborted.resolve();
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      try {
        const isOurs = await Promise.race([before.then(() => true), aborted.promise.then(() => false)]);
        return isOurs ? await work() : undefined;
      } finally {
        signal.removeEventListener('abort', abort);
        end();
      }
    },
  };
}
