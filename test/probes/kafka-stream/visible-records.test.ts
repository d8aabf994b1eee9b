import type { KafkaRecord, RecordsBatch } from '@platformatic/kafka';
import { describe, expect, test } from 'vitest';
import { visibleRecords } from '../../../src/probes/kafka-stream/visible-records.ts';

const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;

function batch(firstOffset: bigint, deltas: number[], more: Partial<RecordsBatch> = {}): RecordsBatch {
  return {
    firstOffset,
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: 0,
    lastOffsetDelta: deltas.at(-1) ?? 0,
    firstTimestamp: 1000n,
    maxTimestamp: 5000n,
    producerId: -1n,
    producerEpoch: 0,
    firstSequence: 0,
    records: deltas.map((offsetDelta) => record(offsetDelta)),
    ...more,
  };
}

function record(offsetDelta: number, key: Buffer | null = null): KafkaRecord {
  return {
    length: 0,
    attributes: 0,
    timestampDelta: BigInt(offsetDelta),
    offsetDelta,
    key,
    value: Buffer.from('v'),
    headers: [],
  };
}

const within = (producerId: bigint) => ({ producerId, attributes: TRANSACTIONAL });
const marker = (firstOffset: bigint, producerId: bigint, kind: 'abort' | 'commit') =>
  batch(firstOffset, [0], {
    producerId,
    attributes: TRANSACTIONAL | CONTROL,
    records: [record(0, Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]))],
  });

function read(
  batches: RecordsBatch[],
  more: { from?: bigint; aborted?: [bigint, bigint][]; committed?: boolean } = {},
) {
  const abortedTransactions = (more.aborted ?? []).map(([producerId, firstOffset]) => ({ producerId, firstOffset }));
  const fetched = { partitionIndex: 0, abortedTransactions, records: batches };
  const { records, next } = visibleRecords('t', fetched, more.from ?? 0n, more.committed ?? true);
  return { offsets: records.map(({ offset }) => Number(offset)), next: Number(next), records };
}

describe('offsets', () => {
  test('records before the position are left out, though their batch is sent as a whole', () => {
    expect(read([batch(0n, [0, 1, 2, 3])], { from: 2n })).toMatchObject({ offsets: [2, 3], next: 4 });
  });

  test('holes of a compacted log are passed over, also behind the last record that is left', () => {
    expect(read([batch(0n, [0, 5], { lastOffsetDelta: 9 })])).toMatchObject({ offsets: [0, 5], next: 10 });
  });

  test('nothing new leaves the position where it is', () => {
    expect(read([], { from: 7n })).toMatchObject({ offsets: [], next: 7 });
  });
});

describe('transactions', () => {
  const history = [
    batch(0n, [0, 1], within(1n)),
    batch(2n, [0], within(2n)),
    batch(3n, [0]),
    marker(4n, 1n, 'abort'),
    batch(5n, [0], within(1n)),
    marker(6n, 1n, 'commit'),
    batch(7n, [0], within(1n)),
    marker(8n, 1n, 'abort'),
    marker(9n, 2n, 'commit'),
  ];
  const aborted: [bigint, bigint][] = [
    [1n, 7n],
    [1n, 0n],
  ];

  test('what was taken back is not there, each transaction of a producer on its own', () => {
    expect(read(history, { aborted })).toMatchObject({ offsets: [2, 3, 5], next: 10 });
  });

  test('a transaction whose end is not in the answer yet stays hidden', () => {
    expect(read(history.slice(0, 2), { aborted })).toMatchObject({ offsets: [2], next: 3 });
  });

  test('without isolation everything written is there, markers never', () => {
    expect(read(history, { committed: false })).toMatchObject({ offsets: [0, 1, 2, 3, 5, 7], next: 10 });
  });
});

test('the time is that of the record, or the broker where the topic says so', () => {
  const timesOf = (attributes: number) =>
    read([batch(0n, [0, 3], { attributes })]).records.map((each) => each.timestampMs);

  expect(timesOf(0)).toEqual([1000, 1003]);
  expect(timesOf(1 << 3)).toEqual([5000, 5000]);
});
