import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EndHistory } from '../../../src/probes/kafka-lag/end-history.ts';
import { LagBook } from '../../../src/probes/kafka-lag/lag-book.ts';
import { type PartitionOffsets, lookAt as snapshot } from './looks.ts';

const partition = (end: number, committed?: number, more: Partial<PartitionOffsets> = {}): PartitionOffsets => ({
  topic: 't',
  partition: 0,
  end,
  ...(committed !== undefined && { committed }),
  ...more,
});

describe('lag', () => {
  test('records that came while a partition had no commit are lag, once it was seen empty', () => {
    const book = new LagBook(true, 0);
    const other = partition(1, 1, { partition: 1 });
    book.read(snapshot(partition(0), other), 0);

    const reading = book.read(snapshot(partition(2, undefined, { start: 0 }), other), 1000);

    expect(reading).toMatchObject({ outcome: 'good', values: { records: 2 } });
    const committed = book.withCounts(book.read(snapshot(partition(2, 2), other), 2000), 2000);
    expect(committed.values).toMatchObject({ records: 0, committedAdvance: 2, endOffsetAdvance: 2 });
  });

  test('after the end went backwards the partition begins anew', () => {
    const book = new LagBook(true, 0);
    book.read(snapshot(partition(10, 10)), 0);

    const broken = book.read(snapshot(partition(2, 2)), 1000);
    book.read(snapshot(partition(2, 2)), 2000);
    const healed = book.read(snapshot(partition(3, 2)), 3000);

    expect(broken.reason).toBe('t-0: the end went backwards: records were lost, or the topic was made anew');
    expect(healed).toMatchObject({ outcome: 'good', values: { records: 1 } });
  });

  test('a group that is set back does not commit a negative number of records', () => {
    const book = new LagBook(true, 0);
    book.withCounts(book.read(snapshot(partition(10, 10)), 0), 0);

    const reading = book.withCounts(book.read(snapshot(partition(12, 3)), 1000), 1000);

    expect(reading).toMatchObject({ values: { records: 9, committedAdvance: 0, endOffsetAdvance: 2 } });
  });

  test('of many partitions only those that lag are recorded', () => {
    const book = new LagBook(true, 0);
    const many = (end: number) =>
      Array.from({ length: 200 }, (_, n) => partition(n === 7 ? end : 1, 1, { partition: n }));
    book.read(snapshot(...many(1)), 0);

    const reading = book.read(snapshot(...many(3)), 1000);

    expect(reading.parts?.map(({ labels }) => labels['partition'])).toEqual(['7']);
  });
});

test('the age of a record lies between the look before it and the look after it', () => {
  const looks = fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 2000 }), written: fc.nat(5) }), {
    minLength: 2,
    maxLength: 60,
  });
  fc.assert(
    fc.property(looks, fc.nat(), (steps, pick) => {
      const history = new EndHistory();
      const seen: { end: number; at: number }[] = [];
      let [now, end] = [0, 0];
      for (const { afterMs, written } of steps) {
        now += afterMs;
        end += written;
        history.see(end, now, 0);
        seen.push({ end, at: now });
      }
      const offset = end === 0 ? 0 : pick % end;
      const after = seen.find((look) => look.end > offset);
      const before = seen.findLast((look) => look.end <= offset);
      const writtenAt = history.writtenAt(offset);
      if (!after || !before) {
        expect(writtenAt).toBeUndefined();
        return;
      }
      expect(writtenAt).toBeGreaterThanOrEqual(before.at);
      expect(writtenAt).toBeLessThanOrEqual(after.at);
    }),
  );
});

test('what can no longer be asked for is forgotten', () => {
  const history = new EndHistory();
  for (let end = 0; end < 100; end++) history.see(end, end * 1000, end);

  expect(history.writtenAt(10)).toBeUndefined();
  expect(history.last).toBe(99);
});
