import { setTimeout as sleep } from 'node:timers/promises';
import { type ProcessIdentity, runsStill } from './pid-file.ts';

/** Waits until the process has ended, but no longer than that. */
export async function untilGone(identity: ProcessIdentity, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  while (runsStill(identity) && performance.now() < end) await sleep(20);
}
