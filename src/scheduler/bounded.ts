import { formatDuration } from '../slo/model/quantity.ts';
import type { Clock } from './clock.ts';

/** A call into a plug-in that ends when we say so, even if the plug-in does not. */
export interface BoundedCall<T> {
  /** Rejects with `DeadlinePassed` at the deadline and with the outer signal's reason when that aborts; the work is told to stop. */
  result: Promise<T>;
  /** Resolves when the work itself has come to an end, whatever became of `result`. */
  finished: Promise<void>;
}

/** The work did not end in time. */
export class DeadlinePassed extends Error {
  override name = 'DeadlinePassed';
}

export interface CallBounds {
  clock: Clock;
  /** What is called, for the message: `inject`. */
  what: string;
  limitMs: number;
  outer?: AbortSignal;
}

/** Starts the work with a signal that aborts at the deadline or with the outer signal. */
export function bounded<T>(bounds: CallBounds, work: (signal: AbortSignal) => Promise<T>): BoundedCall<T> {
  const { clock, what, limitMs, outer } = bounds;
  const controller = new AbortController();
  const interrupted = Promise.withResolvers<never>();
  const interrupt = (reason: unknown) => {
    interrupted.reject(reason);
    controller.abort(reason);
  };
  const onOuter = () => interrupt(outer?.reason);
  const cancelDeadline = clock.at(clock.now() + limitMs, () =>
    interrupt(new DeadlinePassed(`${what} did not finish within ${formatDuration(limitMs)}`)),
  );
  outer?.addEventListener('abort', onOuter, { once: true });
  if (outer?.aborted) onOuter();
  const working = callAsync(work, controller.signal);
  const result = Promise.race([interrupted.promise, working]).finally(() => {
    cancelDeadline();
    outer?.removeEventListener('abort', onOuter);
  });
  const finished = working.then(ignore, ignore);
  result.catch(ignore);
  return { result, finished };
}

/** As `bounded`, for callers that do not care what becomes of the loser. */
export function within<T>(bounds: CallBounds, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return bounded(bounds, work).result;
}

/** One line that says what went wrong, for reasons in the timeline. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}

async function callAsync<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  return work(signal);
}

function ignore(): void {}
