/** Some things come by the clock alone. */
const LOOK_EVERY_MS = 500;

/** Wakes whoever waits for something to be seen. */
export interface Waiting {
  changed(): void;
  /** Looks now, at each change, and now and then. Rejects when `look` throws or the signal aborts. */
  until<Seen>(look: () => Seen | undefined, signal: AbortSignal): Promise<Seen>;
}

export function createWaiting(): Waiting {
  const listeners = new Set<() => void>();
  return {
    changed() {
      for (const listener of [...listeners]) listener();
    },
    async until<Seen>(look: () => Seen | undefined, signal: AbortSignal) {
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<Seen>();
      const onChange = () => {
        try {
          const found = look();
          if (found !== undefined) resolve(found);
        } catch (error) {
          reject(error);
        }
      };
      const onAbort = () => reject(signal.reason);
      const ticking = setInterval(onChange, LOOK_EVERY_MS);
      listeners.add(onChange);
      signal.addEventListener('abort', onAbort, { once: true });
      onChange();
      try {
        return await promise;
      } finally {
        clearInterval(ticking);
        listeners.delete(onChange);
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}
