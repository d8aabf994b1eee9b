import { sequenceFrame } from './kv-events.ts';
import type { Ledger } from './ledger.ts';
import type { Mishap, Mishaps } from './mishaps.ts';

export interface EncodedBatch {
  sequence: Buffer;
  payload: Uint8Array;
}

export interface DeliveryOptions {
  send: (batch: EncodedBatch) => Promise<void>;
  /** Keeps a batch for replays. */
  keep: (batch: EncodedBatch) => void;
  mishaps: Mishaps;
  ledger: Ledger;
}

/** Numbers batches and sends each one, unless a mishap befalls it. */
export interface Delivery {
  deliver: (payload: Uint8Array) => Promise<void>;
  /** Sends what was held back and is due by now. */
  sendLate: () => Promise<void>;
  nextSequence: () => number;
  stepBack: (by: number) => void;
}

const notMsgpack = Buffer.from([0xc1, 0xc1]);

export function createDelivery({ send, keep, mishaps, ledger }: DeliveryOptions): Delivery {
  let next = 0;
  let late: { dueAt: number; batch: EncodedBatch; keepWhenSent: boolean }[] = [];

  async function sendAndKeep(batch: EncodedBatch, times: number): Promise<void> {
    for (let time = 0; time < times; time++) await send(batch);
    keep(batch);
  }

  function withhold(batch: EncodedBatch, mishap: Extract<Mishap, { command: 'lose' | 'late' }>): void {
    if (mishap.replayable) keep(batch);
    if (mishap.command === 'lose') return;
    late.push({ dueAt: performance.now() + mishap.forMs, batch, keepWhenSent: !mishap.replayable });
  }

  return {
    nextSequence: () => next,
    stepBack: (by) => {
      next = Math.max(0, next - by);
    },
    deliver: async (payload) => {
      const mishap = mishaps.next();
      const batch = { sequence: sequenceFrame(next++), payload: mishap?.command === 'corrupt' ? notMsgpack : payload };
      ledger.published(mishap?.command);
      if (mishap?.command === 'lose' || mishap?.command === 'late') withhold(batch, mishap);
      else await sendAndKeep(batch, mishap?.command === 'repeat' ? 2 : 1);
    },
    sendLate: async () => {
      const now = performance.now();
      const due = late.filter(({ dueAt }) => dueAt <= now);
      late = late.filter(({ dueAt }) => dueAt > now);
      for (const { batch, keepWhenSent } of due) {
        await send(batch);
        if (keepWhenSent) keep(batch);
      }
    },
  };
}
