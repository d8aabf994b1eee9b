import { setTimeout as sleep } from 'node:timers/promises';

const AGAIN_EVERY_MS = 50;
const WITHIN_MS = 1_000;

/** Somebody is just writing a file anew: it is empty, cut short or gone, and whole again in a moment. */
export class NotWhole extends Error {}

/** What `read` brings, once that is whole. Rejects as the last attempt did. */
export async function onceWhole<Value>(read: () => Promise<Value>): Promise<Value> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof NotWhole) || performance.now() >= deadline) throw error;
    }
    await sleep(AGAIN_EVERY_MS);
  }
}
