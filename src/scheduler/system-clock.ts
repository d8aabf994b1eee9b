import { performance } from 'node:perf_hooks';
import type { Offset } from '../slo/model/entry.ts';
import type { Clock } from './clock.ts';
import { sleepUntilVia } from './sleep.ts';

/** The longest delay that a Node timer keeps; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. Offset 0 is the moment of this call. */
export function systemClock(): Clock {
  const zero = performance.now();
  const now = () => roundToMicroseconds(performance.now() - zero);
  const at = (offset: Offset, callback: () => void) => fireAt(now, offset, callback);
  return { now, wallClockMs: () => Date.now(), at, sleepUntil: (offset, signal) => sleepUntilVia(at, offset, signal) };
}

/** Node's timers may fire a fraction of a millisecond early and cannot wait for more than 24 days: both are waited out. */
function fireAt(now: () => Offset, offset: Offset, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = () => {
    timer = setTimeout(fire, Math.min(Math.max(0, Math.ceil(offset - now())), LONGEST_TIMER_MS));
  };
  const fire = () => (now() >= offset ? callback() : arm());
  arm();
  return () => clearTimeout(timer);
}

function roundToMicroseconds(ms: number): Offset {
  return Math.round(ms * 1000) / 1000;
}
