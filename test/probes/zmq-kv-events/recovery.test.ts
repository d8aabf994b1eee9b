import { encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/probes/zmq-kv-events/fingerprint.ts';
import { type Ask, paced, recoverHoles } from '../../../src/probes/zmq-kv-events/recovery.ts';
import { StreamChecker } from '../../../src/probes/zmq-kv-events/stream-checker.ts';

const never = new AbortController().signal;

function payloadOf(seq: bigint, lifetime = 0): Buffer {
  return Buffer.from(encode([Number(seq) + lifetime * 1000, [], 0]));
}

/** A checker that has seen these positions live. */
function having(...positions: number[]): StreamChecker {
  const checker = new StreamChecker();
  for (const position of positions) {
    const seq = BigInt(position);
    checker.observe({ seq, fingerprint: fingerprintOf(payloadOf(seq)), at: position, connection: 1 });
  }
  return checker;
}

/** A publisher that still has these positions; `asked` tells the starts of the requests. */
function holding(positions: number[], asked: bigint[], lifetime = 0): Ask {
  return async (request) => {
    asked.push(request.from);
    const sent = positions.map(BigInt).filter((seq) => seq >= request.from && seq <= request.until);
    for (const seq of sent) if (!request.batch({ seq, payload: payloadOf(seq, lifetime) })) break;
    return { batches: sent.length, ...(sent[0] !== undefined && { first: sent[0] }) };
  };
}

test('everything comes back when the buffer reaches far enough, by one request', async () => {
  const checker = having(0, 1, 5, 9);
  const asked: bigint[] = [];

  const outcome = await recoverHoles(checker, holding([...Array(10).keys()], asked), never);

  expect(outcome.recovered).toHaveLength(6);
  expect(asked).toEqual([1n]);
  expect(checker.missing).toBe(0n);
});

test('nothing is asked where nothing is missing', async () => {
  const asked: bigint[] = [];
  await recoverHoles(having(0, 1, 2), holding([0, 1, 2], asked), never);
  expect(asked).toEqual([]);
});

test('a buffer that has moved on leaves its share lost, asked for twice in all', async () => {
  const checker = having(0, 9);
  const asked: bigint[] = [];

  const outcome = await recoverHoles(checker, holding([6, 7, 8, 9], asked), never);

  expect(checker.openHoles).toEqual([{ from: 1n, to: 5n, openedAt: 9 }]);
  expect(outcome).toMatchObject({ requests: 3, problem: "the publisher's buffer no longer holds these positions" });
});

test('what a replay leaves out in its middle is asked for again', async () => {
  const checker = having(0, 9);
  let request = 0;
  const whole = [...Array(10).keys()];
  const leaky: Ask = (...args) => holding(request++ === 0 ? whole.filter((seq) => seq % 3 !== 0) : whole, [])(...args);

  await recoverHoles(checker, leaky, never);

  expect(checker.missing).toBe(0n);
});

test("another lifetime's batches never fill the holes of this one", async () => {
  const checker = having(0, 1, 5);

  const outcome = await recoverHoles(checker, holding([0, 1, 2, 3, 4, 5], [], 1), never);

  expect(checker.missing).toBe(3n);
  expect(outcome.problem).toBe('the publisher has restarted, its replay is of another lifetime');
});

test('a replay that fails says why, after one more try', async () => {
  const outcome = await recoverHoles(having(0, 5), async () => ({ batches: 0, problem: 'no answer' }), never);
  expect(outcome).toMatchObject({ recovered: [], requests: 2, problem: 'no answer' });
});

test('a replayed batch that cannot be read recovers nothing', async () => {
  const checker = having(0, 2);
  const garbled: Ask = async (request) => {
    request.batch({ seq: 1n, payload: Buffer.from('c1', 'hex') });
    return { batches: 1, first: 1n };
  };
  await recoverHoles(checker, garbled, never);
  expect(checker.missing).toBe(1n);
});

test('asking ends with its signal', async () => {
  const asked: bigint[] = [];
  await recoverHoles(having(0, 5), holding([], asked), AbortSignal.abort());
  expect(asked).toEqual([]);
});

test('requests leave the publisher time between them', async () => {
  const times: number[] = [];
  const ask = paced(async () => {
    times.push(performance.now());
    return { batches: 0 };
  });

  await recoverHoles(having(0, 5), ask, never);

  expect(times).toHaveLength(2);
  expect(times[1]! - times[0]!).toBeGreaterThan(240);
});
