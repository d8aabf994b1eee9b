import type { Offset } from '../slo/model/entry.ts';
import type { Clock } from './clock.ts';

/** Builds `sleepUntil` from `at`: one meaning of sleeping for every clock. */
export function sleepUntilVia(at: Clock['at'], offset: Offset, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const interrupt = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = at(offset, () => {
      signal?.removeEventListener('abort', interrupt);
      resolve();
    });
    signal?.addEventListener('abort', interrupt, { once: true });
  });
}

/** Settles as `promise` does, or rejects with the signal's reason when it aborts first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const interrupt = () => reject(signal.reason);
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', interrupt));
  });
}
