import { describe, expect, test } from 'vitest';
import type { FinalReading } from '../../../src/probes/contract.ts';
import { EndBook } from '../../../src/probes/kafka-stream/end-book.ts';
import { StreamBook } from '../../../src/probes/kafka-stream/stream-book.ts';
import { problemOfFinal } from '../../../src/scheduler/reading-check.ts';
import { configOf, recordOf } from './histories.ts';

const COVERS: [number, number] = [0, 100];
const keysOf = (told: FinalReading[]) => told.flatMap(({ ends }) => ends ?? []);
const spansOf = (told: FinalReading[]) => told.map(({ whole }) => whole?.span);

describe('what ended', () => {
  test('is told once, and the times of which it is known join', () => {
    const book = new EndBook(0);
    book.add(['a'], 10);
    const first = book.take(COVERS, 50);
    book.add(['b'], 60);
    const second = book.take(COVERS, 90);

    expect([keysOf(first), keysOf(second)]).toEqual([[['a']], [['b']]]);
    expect([spansOf(first), spansOf(second)]).toEqual([[[0, 50]], [[50, 90]]]);
  });

  test('before a break nothing is claimed, and what was read is told all the same', () => {
    const book = new EndBook(0);
    book.add(['a'], 10);
    book.breakAt(20);
    const told = book.take(COVERS, 50);

    expect([keysOf(told), spansOf(told)]).toEqual([[['a']], [[20, 50]]]);
  });

  test('where nothing was read to the end, nothing is claimed, then or later', () => {
    const book = new EndBook(0);
    expect(spansOf(book.take(COVERS, undefined))).toEqual([undefined]);
    book.breakAt(60);
    expect(spansOf(book.take(COVERS, 50)), 'it is known until before the break').toEqual([undefined]);
    expect(spansOf(book.take(COVERS, 90))).toEqual([[60, 90]]);
  });

  test('more than can be kept is not claimed to be all, and fits what can be recorded', () => {
    const book = new EndBook(0);
    for (let index = 0; index < 20_001; index++) book.add([`goal-${index}`], index);
    const told = book.take(COVERS, 30_000);

    expect(keysOf(told)).toHaveLength(20_000);
    expect(new Set(spansOf(told).map((span) => span?.[0]))).toEqual(new Set([20_000]));
    for (const final of told) expect(problemOfFinal(final, {})).toBeUndefined();
  });
});

describe('in a stream', () => {
  const config = configOf({
    eventType: 'value.type',
    complete: { identity: ['value.goal', 'value.step'], begins: ['STARTED'], ends: ['COMPLETED', 'FAILED'] },
  });
  const written = (...events: object[]) => {
    const book = new StreamBook(config, 0);
    events.forEach((event, index) => void book.observe(recordOf(event), index + 1));
    return book.ends.take(COVERS, 50);
  };

  test('an end is told by its fields, whether or not its beginning was seen', () => {
    const told = written(
      { goal: 'a', step: 1, type: 'STARTED' },
      { goal: 'a', step: 1, type: 'COMPLETED' },
      { goal: 'b', step: 2, type: 'FAILED' },
      { goal: 'c', step: 3, type: 'STARTED' },
    );

    expect([keysOf(told), spansOf(told)]).toEqual([
      [
        ['a', '1'],
        ['b', '2'],
      ],
      [[0, 50]],
    ]);
  });

  test('what cannot be read may have been an end', () => {
    const told = written({ goal: 'a', step: 1, type: 'COMPLETED' }, { goal: 'b', type: 'COMPLETED' });

    expect([keysOf(told), spansOf(told)]).toEqual([[['a', '1']], [[2, 50]]]);
  });
});
