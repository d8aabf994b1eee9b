import { setTimeout as sleep } from 'node:timers/promises';
import type { DaemonEyes, Sight } from './look.ts';

/**
 * Looks again and again, so that there is something to tell at once: a daemon runs several commands for each container of its node
 * before it answers, which takes a busy node many seconds. The node has other work, which is what is measured: so it is left alone
 * as long as a look took, however often it is asked, and four times as long where nobody asks.
 */
export interface DaemonWatch {
  /**
   * A sight of a look that begins now, if that comes in time; else the newest there is, which is `stale`: what it does not show may have
   * come about since. What is urgent leaves the node no rest before it. Never rejects.
   */
  newest(waitMs: number, signal: AbortSignal, isUrgent?: boolean): Promise<{ sight: Sight; stale: boolean }>;
  /** A sight of a look that began after that moment (of `performance.now()`), as soon as there can be one. */
  begunAfter(moment: number, waitMs: number, signal: AbortSignal): Promise<Sight>;
  close(): void;
}

const ONE_LOOK_MS = 120_000;
const LEAST_PAUSE_MS = 2_000;
const REST_WHILE_NOT_ASKED = 4;

export function watchDaemons(eyes: DaemonEyes, nodes: readonly string[]): DaemonWatch {
  const over = new AbortController();
  let latest: { sight: Sight; began: number } = { sight: unseen('its daemon has not answered yet'), began: 0 };
  let hurry = Promise.withResolvers<void>();
  let urgent = Promise.withResolvers<void>();
  let looked = Promise.withResolvers<void>();
  const run = async () => {
    while (!over.signal.aborted) {
      const began = performance.now();
      hurry = Promise.withResolvers();
      urgent = Promise.withResolvers();
      const sight = await eyes.look(nodes, ONE_LOOK_MS, over.signal);
      latest = { sight, began };
      looked.resolve();
      looked = Promise.withResolvers();
      const tookMs = performance.now() - began;
      await pause(tookMs, urgent.promise, over.signal);
      const idleMs = Math.max(LEAST_PAUSE_MS, REST_WHILE_NOT_ASKED * tookMs) - tookMs;
      await pause(idleMs, Promise.race([hurry.promise, urgent.promise]), over.signal);
    }
  };
  void run();
  const waitFor = async (moment: number, waitMs: number, signal: AbortSignal, ask: () => void): Promise<boolean> => {
    const deadline = performance.now() + waitMs;
    while (latest.began < moment && performance.now() < deadline && !signal.aborted) {
      ask();
      await pause(deadline - performance.now(), looked.promise, signal);
    }
    return latest.began >= moment;
  };
  return {
    async newest(waitMs, signal, isUrgent = false) {
      const ask = () => (isUrgent ? urgent : hurry).resolve();
      const stale = !(await waitFor(performance.now(), waitMs, signal, ask));
      return { sight: latest.sight, stale };
    },
    async begunAfter(moment, waitMs, signal) {
      return (await waitFor(moment, waitMs, signal, () => urgent.resolve()))
        ? latest.sight
        : unseen('its daemon has not answered since');
    },
    close: () => over.abort(),
  };
}

function unseen(trouble: string): Sight {
  return { pods: new Map(), troubles: [trouble] };
}

async function pause(ms: number, sooner: Promise<void>, signal: AbortSignal): Promise<void> {
  const early = new AbortController();
  const late = sleep(ms, undefined, { signal: AbortSignal.any([signal, early.signal]) }).catch(() => undefined);
  await Promise.race([late, sooner]);
  early.abort();
}
