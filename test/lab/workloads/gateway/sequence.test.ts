import { expect, test } from 'vitest';
import { createSequenceProgress, type Place } from '../../../../lab/workloads/gateway/sequence.ts';

const payload = (text: string) => Buffer.from(text);

const table: [sentence: string, applied: [number, string][], sequence: number, content: string, place: Place][] = [
  ['the first of all is next', [], 0, 'a', 'next'],
  ['a first one that is not 0 leaves history out', [], 4, 'e', 'ahead'],
  ['the one after the last is next', [[0, 'a']], 1, 'b', 'next'],
  ['one that leaves another out is ahead', [[0, 'a']], 2, 'c', 'ahead'],
  [
    'one that was applied comes again',
    [
      [0, 'a'],
      [1, 'b'],
    ],
    0,
    'a',
    'again',
  ],
  [
    'the number of one that was applied with other content is of a new life',
    [
      [0, 'a'],
      [1, 'b'],
    ],
    0,
    'z',
    'anew',
  ],
  ['one from before what is known is of a new life', [[5, 'f']], 3, 'd', 'anew'],
];

test.each(table)('%s', (_, applied, sequence, content, place) => {
  const progress = createSequenceProgress();
  for (const [number, text] of applied) progress.advance(number, payload(text));
  expect(progress.place(sequence, payload(content))).toBe(place);
});

test('a restart begins at 0 and remembers nothing', () => {
  const progress = createSequenceProgress();
  progress.advance(0, payload('a'));
  progress.restart();
  expect([progress.last(), progress.place(0, payload('a'))]).toEqual([undefined, 'next']);
});
