import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { encodeBatch, type KvEvent } from '../../../../lab/workloads/engine/kv-events.ts';
import { decodeBatch } from '../../../../lab/workloads/gateway/decoding.ts';

const hash = Buffer.alloc(32, 0xab);
hash.writeBigUInt64BE(15_760_518_052_499_183_552n, 24);
const parent = Buffer.alloc(32, 1);
const stored: KvEvent = { kind: 'stored', hashes: [hash], parent, tokens: [1, 2, 3, 4], blockSize: 4 };
const rules = { arrayEventsOnly: false };

describe('a batch', () => {
  test.each([
    ['array', 'int'],
    ['array', 'bytes'],
    ['map', 'int'],
    ['map', 'bytes'],
  ] as const)('of %s events whose blocks are named by %s is read alike', (events, hashes) => {
    const batch = { timestampSeconds: 1.5, rank: 0 };
    const all: KvEvent[] = [
      stored,
      { ...stored, parent: null },
      { kind: 'removed', hashes: [hash] },
      { kind: 'cleared' },
    ];

    const decoded = decodeBatch(encodeBatch({ ...batch, events: all }, { events, hashes }), rules);

    const block = 15_760_518_052_499_183_552n;
    const first = { kind: 'BlockStored', blocks: [block], parent: 0x0101_0101_0101_0101n, tokens: [1, 2, 3, 4] };
    expect(decoded).toEqual([
      { ...first, blockSize: 4 },
      { ...first, blockSize: 4, parent: undefined },
      { kind: 'BlockRemoved', blocks: [block] },
      { kind: 'AllBlocksCleared' },
    ]);
  });

  test('events of unknown kinds are left out', () => {
    expect(decodeBatch(encode([1.5, [['BlockPolished', [1]], { type: 'AllBlocksCleared' }]]), rules)).toEqual([
      { kind: 'AllBlocksCleared' },
    ]);
  });

  test.each([
    ['no msgpack', Buffer.from([0xc1])],
    ['no list', encode('batch')],
    ['a list without events', encode([1.5])],
    ['an event that is a number', encode([1.5, [7]])],
    ['a stored block without names', encode([1.5, [{ type: 'BlockStored', token_ids: [] }]])],
    ['a name that is a text', encode([1.5, [['BlockRemoved', ['a']]]])],
  ])('%s cannot be read', (_, payload) => {
    expect(() => decodeBatch(payload, rules)).toThrow();
  });

  test('map events cannot be read by who knows arrays only', () => {
    const payload = encode([1.5, [{ type: 'AllBlocksCleared' }]]);
    expect(() => decodeBatch(payload, { arrayEventsOnly: true })).toThrow(/no array/);
  });
});
