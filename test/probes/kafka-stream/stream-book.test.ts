import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StreamRecord } from '../../../src/probes/kafka-stream/field.ts';
import { StreamBook } from '../../../src/probes/kafka-stream/stream-book.ts';
import { configOf, expectedOf, histories, recordOf, recordsOf } from './histories.ts';

const everything = configOf({
  eventType: 'value.type',
  identity: ['value.goal', 'value.number'],
  order: { by: 'value.number' },
  complete: { identity: ['value.goal'], begins: ['STARTED'], ends: ['COMPLETED'] },
});

function bookOf(config: object, records: readonly StreamRecord[] = []): StreamBook {
  const book = new StreamBook(configOf(config), 0);
  records.forEach((record, index) => void book.observe(record, index));
  return book;
}

const countsOf = (config: object, records: StreamRecord[]) => bookOf(config, records).take().counts;

describe('histories with known faults', () => {
  test('each fault is counted once, whatever the interleaving', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const book = new StreamBook(everything, 0);
        recordsOf(history).forEach((record, index) => void book.observe(record, index));
        const { before, after } = book.settle(-1);

        expect({ ...book.take().counts, neverEnded: before + after }).toEqual({
          ...expectedOf(history.fates),
          unreadable: 0,
          movedKeys: 0,
          endedLate: 0,
        });
        expect(book.openWorks).toBe(0);
      }),
    );
  });

  test('counts taken in pieces add up to those taken at once', () => {
    fc.assert(
      fc.property(histories, fc.nat(60), (history, cut) => {
        const records = recordsOf(history);
        const [whole, pieces] = [new StreamBook(everything, 0), new StreamBook(everything, 0)];
        const sums: Record<string, number> = {};
        const takeIn = () => {
          for (const [name, count] of Object.entries(pieces.take().counts)) sums[name] = (sums[name] ?? 0) + count;
        };
        records.forEach((record, index) => {
          whole.observe(record, index);
          pieces.observe(record, index);
          if (index === cut) takeIn();
        });
        takeIn();

        expect(sums).toEqual(whole.take().counts);
      }),
    );
  });

  test('what was forgotten makes a count the least that happened, or no count at all', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 6 }), (history, remember) => {
        const book = new StreamBook({ ...everything, remember }, 0);
        recordsOf(history).forEach((record, index) => void book.observe(record, index));
        const { counts } = book.take();

        const expected = expectedOf(history.fates);
        if (book.forgotten === 0) expect(counts).toMatchObject({ duplicates: expected.duplicates });
        else expect(counts['duplicates'] ?? 1).toBeGreaterThan(0);
        expect(counts['duplicates'] ?? 0).toBeLessThanOrEqual(expected.duplicates);
        expect(counts['received']).toBe(expected.received);
      }),
    );
  });
});

describe('order', () => {
  const types = { eventType: 'value.type', order: { types: ['STARTED', ['FAILED', 'COMPLETED']] } };

  test.for([
    ['in order', ['STARTED', 'COMPLETED'], 0],
    ['the end before the beginning', ['COMPLETED', 'STARTED'], 1],
    ['two types that share a place', ['STARTED', 'FAILED', 'COMPLETED'], 0],
    ['a type without a place is ignored', ['STARTED', 'COMPLETED', 'APPROVED'], 0],
    ['the same twice is no disorder', ['STARTED', 'STARTED'], 0],
  ] as const)('by types: %s', ([, written, disordered]) => {
    const records = written.map((type) => recordOf({ type }));

    expect(countsOf(types, records)['disordered']).toBe(disordered);
  });

  test.for([
    ['numbers', [1, 2, 3], [1, 3, 2]],
    [
      'texts of digits, exact beyond 2^53',
      ['9007199254740992', '9007199254740993'],
      ['9007199254740993', '9007199254740992'],
    ],
    ['times', ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.001Z'], ['2026-01-01T00:00:01Z', '2026-01-01T00:00:00Z']],
  ] as const)('by %s', ([, right, wrong]) => {
    const disordered = (at: readonly (string | number)[]) =>
      countsOf(
        { order: { by: 'value.at' } },
        at.map((value) => recordOf({ at: value })),
      )['disordered'];

    expect([disordered(right), disordered(wrong)]).toEqual([0, 1]);
  });

  test('keys do not disturb one another', () => {
    const records = [recordOf({ at: 9 }, { key: 'a' }), recordOf({ at: 1 }, { key: 'b' })];

    expect(countsOf({ order: { by: 'value.at' } }, records)['disordered']).toBe(0);
  });

  test('a key that comes to another partition is counted, and judged anew there', () => {
    const records = [recordOf({ at: 9 }), recordOf({ at: 1 }, { partition: 1 }), recordOf({ at: 0 }, { partition: 1 })];

    expect(countsOf({ order: { by: 'value.at' } }, records)).toMatchObject({ movedKeys: 1, disordered: 1 });
  });

  test('a record that was written again is a duplicate and not out of order', () => {
    const records = [recordOf({ at: 1 }), recordOf({ at: 2 }), recordOf({ at: 1 })];

    const counts = countsOf({ identity: ['key', 'value.at'], order: { by: 'value.at' } }, records);

    expect(counts).toMatchObject({ duplicates: 1, disordered: 0 });
  });
});

describe('works', () => {
  const complete = { identity: ['value.goal'], begins: ['STARTED'], ends: ['COMPLETED', 'FAILED'] };
  const config = { eventType: 'value.type', complete };
  const event = (type: string, goal = 'g') => recordOf({ type, goal });

  test('one that ends after it was given up is late, not without a beginning', () => {
    const book = bookOf(config, [event('STARTED')]);

    expect(book.settle(-1)).toMatchObject({ before: 0, after: 1, ids: ['["g"]'] });
    book.observe(event('COMPLETED'), 9);

    expect(book.take().counts).toMatchObject({ begun: 1, ended: 0, endedLate: 1, endedUnbegun: 0 });
    expect(book.settle(-1)).toMatchObject({ before: 0, after: 0 });
  });

  test('each belongs to the side of the split on which it began', () => {
    const book = bookOf(config, [event('STARTED', 'early'), event('STARTED', 'late')]);

    expect(book.settle(0)).toMatchObject({ before: 1, after: 1 });
  });

  test('one that begins while others are waited for is neither waited for nor given up', () => {
    const book = bookOf(config, [event('STARTED', 'ours')]);
    const waitedFor = book.openWorkIds();
    book.observe(event('STARTED', 'theirs'), 5);
    book.observe(event('COMPLETED', 'ours'), 6);

    expect(waitedFor.map((id) => book.isWorkOpen(id))).toEqual([false]);
    expect(book.settle(-1, 4)).toMatchObject({ before: 0, after: 0 });
    expect(book.openWorks).toBe(1);
    expect(book.settle(-1)).toMatchObject({ before: 0, after: 1, ids: ['["theirs"]'] });
  });

  test('beginning and ending again says nothing new', () => {
    const records = ['STARTED', 'STARTED', 'FAILED', 'COMPLETED', 'STARTED'].map((type) => event(type));

    expect(countsOf(config, records)).toMatchObject({ begun: 1, ended: 1, endedUnbegun: 0 });
  });

  test('open ones that had to be forgotten are said', () => {
    const book = new StreamBook({ ...configOf(config), remember: 2 }, 0);
    for (const goal of ['a', 'b', 'c']) book.observe(event('STARTED', goal), 1);

    expect(book.settle(0)).toMatchObject({ after: 2, incomplete: true });
    expect(book.settle(0)).toMatchObject({ after: 0, incomplete: false });
  });
});

describe('records that are not what the plan says', () => {
  const config = { identity: ['value.id'] };
  const deep = '['.repeat(200_000);
  test.for([
    ['no JSON', 'hello', 'the value is no JSON'],
    ['JSON nested without end', deep, 'the value is no JSON'],
    ['a field that is not there', {}, 'value.id is missing'],
    ['null in the field', { id: null }, 'value.id is missing'],
    ['an object in the field', { id: {} }, 'value.id is no text and no number'],
    ['a field without end', { id: 'x'.repeat(1000) }, 'value.id is too long'],
    ['more than a value may have', 'x'.repeat(2_000_000), 'the value is too long'],
    ['a field inherited from nowhere', [], 'value.id is missing'],
  ] as const)('%s', ([, value, problem]) => {
    const book = bookOf(config, [recordOf(value)]);

    expect(book.take()).toMatchObject({ counts: { received: 1, unreadable: 1, duplicates: 0 }, problem });
  });

  test.for([
    ['a number beyond 2^53', 2 ** 60, 'value.at is beyond 2^53, which only a text of digits can say exactly'],
    ['a word', 'soon', 'value.at is no number and no time'],
    ['a truth', true, 'value.at is no number and no time'],
  ] as const)('an order by %s', ([, at, problem]) => {
    expect(bookOf({ order: { by: 'value.at' } }, [recordOf({ at })]).take().problem).toBe(problem);
  });

  test('a tombstone says nothing and is read', () => {
    const book = bookOf(config, [{ ...recordOf(''), value: null }]);

    expect(book.take().counts).toEqual({ received: 1, unreadable: 0, duplicates: 0 });
  });

  test('headers, the key and the time stamp may be named', () => {
    const records = [recordOf({}), recordOf({}), recordOf({}, { key: 'other' })];

    expect(countsOf({ identity: ['header.event-type', 'key', 'timestamp'] }, records)['duplicates']).toBe(1);
  });
});
