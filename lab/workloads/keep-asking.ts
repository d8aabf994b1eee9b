import { setTimeout as sleep } from 'node:timers/promises';
import { causesOf, type PeerWatch } from './own-log.ts';

/** Asks again and again whether a peer answers, until aborted. */
export async function keepAsking(
  ask: () => Promise<unknown>,
  peer: PeerWatch,
  signal: AbortSignal,
  everyMs = 1_000,
): Promise<void> {
  while (!signal.aborted) {
    await ask().then(peer.back, (error: unknown) => {
      if (!signal.aborted) peer.lost(causesOf(error));
    });
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}
