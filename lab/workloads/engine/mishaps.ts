import { z } from 'zod';

const batches = z.int().min(1).max(100_000);

/** What can befall the next batches, by command. One mishap follows another; none overlap. */
export const mishap = z.discriminatedUnion('command', [
  /** The sequence number is used up, the batch is never sent; `replayable` says whether a replay still has it. */
  z.strictObject({ command: z.literal('lose'), batches, replayable: z.boolean().default(false) }),
  /** Sent `forMs` later, after batches that came after it; until then only a replay has it, if `replayable`. */
  z.strictObject({
    command: z.literal('late'),
    batches,
    forMs: z.int().min(1).max(600_000),
    replayable: z.boolean().default(false),
  }),
  /** Sent twice in a row. */
  z.strictObject({ command: z.literal('repeat'), batches }),
  /** The payload is no msgpack, live and in a replay. */
  z.strictObject({ command: z.literal('corrupt'), batches }),
]);

export type Mishap = z.infer<typeof mishap>;

export interface Mishaps {
  add: (mishap: Mishap) => void;
  /** The mishap of the next batch, if it has one. */
  next: () => Mishap | undefined;
  clear: () => void;
}

export function createMishaps(): Mishaps {
  let waiting: Mishap[] = [];
  return {
    add: (mishap) => void waiting.push({ ...mishap }),
    next: () => {
      const first = waiting[0];
      if (first === undefined) return undefined;
      first.batches -= 1;
      if (first.batches === 0) waiting.shift();
      return first;
    },
    clear: () => {
      waiting = [];
    },
  };
}
