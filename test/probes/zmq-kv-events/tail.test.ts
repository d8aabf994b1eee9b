import { encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/probes/zmq-kv-events/fingerprint.ts';
import type { Ask } from '../../../src/probes/zmq-kv-events/recovery.ts';
import { StreamChecker } from '../../../src/probes/zmq-kv-events/stream-checker.ts';
import { recoverTail } from '../../../src/probes/zmq-kv-events/tail.ts';

const never = new AbortController().signal;

function payloadOf(seq: bigint, lifetime = 0): Buffer {
  return Buffer.from(encode([Number(seq) + lifetime * 1000 + 0.5, [], 0]));
}

/** Has seen positions 0 to 2 live. */
function seenThree(): StreamChecker {
  const checker = new StreamChecker();
  for (const seq of [0n, 1n, 2n]) checker.observe(liveOf(seq));
  return checker;
}

function liveOf(seq: bigint) {
  return { seq, fingerprint: fingerprintOf(payloadOf(seq)), at: Number(seq), connection: 1 };
}

function holding(positions: number[], lifetime = 0, problem?: string): Ask {
  return async (request) => {
    for (const seq of positions.map(BigInt).filter((each) => each >= request.from))
      if (!request.batch({ seq, payload: payloadOf(seq, lifetime) })) break;
    return { batches: positions.length, ...(problem !== undefined && { problem }) };
  };
}

const rows: Record<string, { ask: Ask; known: boolean; recovered: number; missing: number; problem?: string }> = {
  'is known to be empty where the last one seen is the last one kept': {
    ask: holding([0, 1, 2]),
    known: true,
    recovered: 0,
    missing: 0,
  },
  'comes by replay': { ask: holding([0, 1, 2, 3, 4]), known: true, recovered: 2, missing: 0 },
  'has holes where the replay leaves some out': { ask: holding([2, 3, 6]), known: true, recovered: 2, missing: 2 },
  'is unknown where the buffer has moved on': {
    ask: holding([4, 5]),
    known: false,
    recovered: 0,
    missing: 0,
    problem: 'its replay no longer holds the last batch seen',
  },
  'is unknown where the buffer is empty': {
    ask: holding([]),
    known: false,
    recovered: 0,
    missing: 0,
    problem: 'its replay no longer holds the last batch seen',
  },
  'is unknown where another lifetime answers': {
    ask: holding([0, 1, 2, 3, 4], 1),
    known: false,
    recovered: 0,
    missing: 0,
    problem: 'its replay no longer holds the last batch seen',
  },
  'is unknown where the answer breaks off, whatever it brought': {
    ask: holding([2, 3], 0, 'the replay stopped half-way'),
    known: false,
    recovered: 0,
    missing: 0,
    problem: 'the replay stopped half-way',
  },
};

test.each(Object.entries(rows))('the tail %s', async (_sentence, { ask, missing, recovered, known, problem }) => {
  const checker = seenThree();

  const outcome = await recoverTail(checker, ask, 9, never);

  expect(outcome).toMatchObject({ known, ...(problem !== undefined && { problem }) });
  expect(outcome.recovered).toHaveLength(recovered);
  expect(checker.missing).toBe(BigInt(missing));
});

test('what the replay brought first and comes live after all is neither late nor a duplicate; a second time it is', async () => {
  const checker = seenThree();
  await recoverTail(checker, holding([2, 3, 4]), 9, never);

  const arrivals = [3n, 4n, 5n, 4n].map((seq) => checker.observe(liveOf(seq)));

  expect(arrivals).toEqual(['replayed', 'replayed', 'next', 'duplicate']);
  expect(checker.settle(0).lostAfter).toBe(0n);
});

test('what cannot be read is not recovered', async () => {
  const checker = seenThree();
  const garbled: Ask = async (request) => {
    request.batch({ seq: 2n, payload: payloadOf(2n) });
    request.batch({ seq: 3n, payload: Buffer.from('c1', 'hex') });
    request.batch({ seq: 4n, payload: payloadOf(4n) });
    return { batches: 3 };
  };

  const outcome = await recoverTail(checker, garbled, 9, never);

  expect(outcome.recovered).toHaveLength(1);
  expect(checker.openHoles).toEqual([{ from: 3n, to: 3n, openedAt: 9 }]);
});

test('before the first batch there is nothing to ask from', async () => {
  const outcome = await recoverTail(new StreamChecker(), holding([0]), 9, never);
  expect(outcome).toEqual({ known: false, recovered: [], problem: 'no batch has been seen' });
});
