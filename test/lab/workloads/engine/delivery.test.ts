import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createDelivery, type EncodedBatch } from '../../../../lab/workloads/engine/delivery.ts';
import { createLedger } from '../../../../lab/workloads/engine/ledger.ts';
import { createMishaps, type Mishap } from '../../../../lab/workloads/engine/mishaps.ts';

/** Delivers batches 0, 1, 2, ... while mishaps are waiting; gives the sequence numbers sent and kept, in order. */
async function deliver(count: number, ...waiting: Mishap[]) {
  const mishaps = createMishaps();
  waiting.forEach(mishaps.add);
  const ledger = createLedger(new Registry());
  const [sent, kept] = [[] as EncodedBatch[], [] as EncodedBatch[]];
  const delivery = createDelivery({
    send: async (batch) => void sent.push(batch),
    keep: (batch) => void kept.push(batch),
    mishaps,
    ledger,
  });
  for (let index = 0; index < count; index++) await delivery.deliver(Buffer.from([0x90]));
  const numbers = (batches: EncodedBatch[]) => batches.map(({ sequence }) => Number(sequence.readBigUInt64BE()));
  return {
    delivery,
    ledger,
    payloads: () => sent.map(({ payload }) => payload[0]),
    sent: () => numbers(sent),
    kept: () => numbers(kept),
  };
}

describe('what befalls batches', () => {
  test('nothing: each is sent once and kept', async () => {
    const { sent, kept } = await deliver(3);
    expect([sent(), kept()]).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  const table: [sentence: string, mishaps: Mishap[], sent: number[], kept: number[]][] = [
    ['lost for good', [{ command: 'lose', batches: 2, replayable: false }], [2, 3], [2, 3]],
    ['lost on the way only', [{ command: 'lose', batches: 2, replayable: true }], [2, 3], [0, 1, 2, 3]],
    ['sent twice', [{ command: 'repeat', batches: 1 }], [0, 0, 1, 2, 3], [0, 1, 2, 3]],
    [
      'one mishap after another',
      [
        { command: 'repeat', batches: 1 },
        { command: 'lose', batches: 1, replayable: false },
      ],
      [0, 0, 2, 3],
      [0, 2, 3],
    ],
  ];
  test.each(table)('%s', async (_, mishaps, sent, kept) => {
    const outcome = await deliver(4, ...mishaps);
    expect([outcome.sent(), outcome.kept()]).toEqual([sent, kept]);
  });

  test('late: sent after those that came later, and kept only then', async () => {
    const outcome = await deliver(3, { command: 'late', batches: 1, forMs: 30, replayable: false });
    expect([outcome.sent(), outcome.kept()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    await sleep(50);
    await outcome.delivery.sendLate();
    expect([outcome.sent(), outcome.kept()]).toEqual([
      [1, 2, 0],
      [1, 2, 0],
    ]);
    await outcome.delivery.sendLate();
    expect(outcome.sent(), 'sent again').toHaveLength(3);
  });

  test('late but replayable: kept at once', async () => {
    const outcome = await deliver(2, { command: 'late', batches: 1, forMs: 30, replayable: true });
    await sleep(50);
    await outcome.delivery.sendLate();
    expect([outcome.sent(), outcome.kept()]).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test('corrupt: the byte that no msgpack begins with', async () => {
    const { payloads } = await deliver(2, { command: 'corrupt', batches: 1 });
    expect(payloads()).toEqual([0xc1, 0x90]);
  });

  test('stepping back numbers the next ones again, but not below 0', async () => {
    const { delivery, sent } = await deliver(3);
    delivery.stepBack(2);
    await delivery.deliver(Buffer.from([0x90]));
    expect(sent()).toEqual([0, 1, 2, 1]);
    delivery.stepBack(100);
    expect(delivery.nextSequence()).toBe(0);
  });

  test('the ledger tells what really happened', async () => {
    const { ledger } = await deliver(3, { command: 'lose', batches: 1, replayable: false });
    expect(ledger.totals()).toEqual({ published: 3, lose: 1 });
  });
});
