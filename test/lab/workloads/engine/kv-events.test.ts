import { decode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { encodeBatch, type KvEvent, sequenceFrame } from '../../../../lab/workloads/engine/kv-events.ts';

/** A digest whose low 64 bits are the captured hash of a real engine, above 2^63. */
const low = 15_760_518_052_499_183_552n;
const hash = Buffer.alloc(32, 0xab);
hash.writeBigUInt64BE(low, 24);
const parent = Buffer.alloc(32, 0x01);
const parentLow = 0x0101_0101_0101_0101n;

const stored: KvEvent = { kind: 'stored', hashes: [hash], parent, tokens: [1, 2, 3, 4], blockSize: 4 };
const first: KvEvent = { ...stored, parent: null };
const removed: KvEvent = { kind: 'removed', hashes: [hash] };

function decoded(event: KvEvent, format: Parameters<typeof encodeBatch>[1]): unknown {
  const bytes = encodeBatch({ timestampSeconds: 1.5, events: [event], rank: 0 }, format);
  const [timestamp, events, rank] = decode(bytes, { useBigInt64: true }) as [number, unknown[], number];
  expect([timestamp, rank]).toEqual([1.5, 0]);
  return events[0];
}

describe('events on the wire', () => {
  const ints = { hashes: 'int' } as const;
  const table: [sentence: string, event: KvEvent, format: 'array' | 'map', seen: unknown][] = [
    [
      'up to 0.23 a stored block is an array that begins with its tag',
      stored,
      'array',
      ['BlockStored', [low], parentLow, [1, 2, 3, 4], 4, null, 'GPU', null],
    ],
    [
      'the first block of a prompt has no parent',
      first,
      'array',
      ['BlockStored', [low], null, [1, 2, 3, 4], 4, null, 'GPU', null],
    ],
    ['a removed block is named', removed, 'array', ['BlockRemoved', [low], 'GPU']],
    ['a cleared cache is only a tag', { kind: 'cleared' }, 'array', ['AllBlocksCleared']],
    [
      'from 0.24 on a stored block is a map with its tag under "type"',
      stored,
      'map',
      {
        type: 'BlockStored',
        block_hashes: [low],
        parent_block_hash: parentLow,
        token_ids: [1, 2, 3, 4],
        block_size: 4,
        lora_id: null,
        medium: 'GPU',
        lora_name: null,
      },
    ],
    ['a removed block too', removed, 'map', { type: 'BlockRemoved', block_hashes: [low], medium: 'GPU' }],
    ['and a cleared cache', { kind: 'cleared' }, 'map', { type: 'AllBlocksCleared' }],
  ];
  test.each(table)('%s', (_, event, events, seen) => {
    expect(decoded(event, { events, ...ints })).toEqual(seen);
  });

  test('hashes can be all 32 bytes', () => {
    const [tag, hashes] = decoded(removed, { events: 'array', hashes: 'bytes' }) as [string, Uint8Array[]];
    expect(tag).toBe('BlockRemoved');
    expect(Buffer.from(hashes[0]!)).toEqual(hash);
  });

  test('a hash above 2^63 is an unsigned 64-bit integer', () => {
    const bytes = Buffer.from(
      encodeBatch({ timestampSeconds: 1.5, events: [removed], rank: 0 }, { events: 'array', ...ints }),
    );
    const number = Buffer.from(hash.subarray(24));
    expect(bytes.includes(Buffer.concat([Buffer.from([0xcf]), number]))).toBe(true);
  });

  test('the sequence number is 8 bytes, big end first', () => {
    expect(sequenceFrame(258)).toEqual(Buffer.from([0, 0, 0, 0, 0, 0, 1, 2]));
  });
});
