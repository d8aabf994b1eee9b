import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { decodeBatch } from '../../../src/probes/zmq-kv-events/batch.ts';
import { readLiveMessage } from '../../../src/probes/zmq-kv-events/live-message.ts';

const int = 15_760_518_052_499_183_552n;
const bytes = Buffer.alloc(32, 0xab);
const stored = { block_hashes: [int, 5], parent_block_hash: null, token_ids: [1, 2], block_size: 1 };

function decode(value: unknown) {
  return decodeBatch(encode(value, { useBigInt64: true }));
}

describe('a batch is read', () => {
  const shapes: [string, unknown, { events: number; stored: number; removed: number }][] = [
    ['of two items', [1.5, [['BlockStored', [int], null, [1], 1, null]]], { events: 1, stored: 1, removed: 0 }],
    ['of three items', [1.5, [['BlockRemoved', [int, bytes], 'GPU']], 0], { events: 1, stored: 0, removed: 2 }],
    ['of more items than are known', [1.5, [], 0, 'new'], { events: 0, stored: 0, removed: 0 }],
    ['with list events cut at their defaults', [1.5, [['BlockStored', [bytes]]]], { events: 1, stored: 1, removed: 0 }],
    [
      'with list events longer than are known',
      [1.5, [['BlockStored', [1], 2n, [3], 1, null, 'GPU', 'lora', [], 0, 'full', 4, 'more']], 1],
      { events: 1, stored: 1, removed: 0 },
    ],
    [
      'with map events',
      [1.5, [{ type: 'BlockStored', ...stored, medium: 'GPU', lookahead_token_ids: [] }], 0],
      { events: 1, stored: 2, removed: 0 },
    ],
    [
      'as a map',
      { ts: 1.5, events: [{ type: 'BlockRemoved', block_hashes: [int] }] },
      { events: 1, stored: 0, removed: 1 },
    ],
    [
      'that clears everything',
      [1.5, [['AllBlocksCleared'], { type: 'AllBlocksCleared' }]],
      { events: 2, stored: 0, removed: 0 },
    ],
    [
      'with tags that are not known',
      [1.5, [['BlockMoved', 1], { type: 'Heartbeat' }]],
      { events: 2, stored: 0, removed: 0 },
    ],
  ];
  test.each(shapes)('%s', (_what, value, batch) => {
    expect(decode(value)).toEqual({ ok: true, batch: { stampMs: 1500, ...batch } });
  });

  test('with a time stamp that is a whole number', () => {
    expect(decode([2n ** 40n, []])).toMatchObject({ ok: true, batch: { stampMs: 2 ** 40 * 1000 } });
  });
});

describe('a payload is refused', () => {
  const notBatch = 'the payload is not a batch of events';
  const malformed = 'an event of the batch is malformed';
  test.each<[string, unknown, string]>([
    ['that is a text', 'hello', notBatch],
    ['that is nothing', null, notBatch],
    ['without a time stamp', [null, []], notBatch],
    ['with a time stamp that is no number', [Number.NaN, []], notBatch],
    ['without events', [1.5], notBatch],
    ['with an event that is a number', [1.5, [7]], malformed],
    ['with an event without a tag', [1.5, [[]]], malformed],
    ['with a tag that is a number', [1.5, [{ type: 1 }]], malformed],
    ['with blocks that are no list', [1.5, [['BlockStored', 9]]], malformed],
    ['with a hash that is a text', [1.5, [['BlockRemoved', ['ab']]]], malformed],
    ['with a hash that is a fraction', [1.5, [['BlockRemoved', [1.5]]]], malformed],
  ])('%s', (_what, value, problem) => {
    expect(decode(value)).toEqual({ ok: false, problem });
  });
});

describe('a live message', () => {
  const topic = Buffer.from('kv');
  const seq = Buffer.from('8000000000000001', 'hex');
  test('has an exact position', () => {
    expect(readLiveMessage([topic, seq, topic])).toEqual({ seq: 2n ** 63n + 1n, payload: topic });
  });

  test.each<[string, Buffer[]]>([
    ['a message does not have three frames', [topic]],
    ['a message does not have three frames', [topic, seq, topic, topic]],
    ['a sequence number does not have eight bytes', [topic, topic, topic]],
    ['a sequence number is out of range', [topic, Buffer.alloc(8, 255), topic]],
  ])('is refused: %s', (problem, frames) => {
    expect(readLiveMessage(frames)).toBe(problem);
  });
});
