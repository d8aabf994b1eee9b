import { expect, it, test } from 'vitest';
import { readPage, stampNs } from '../../../src/probes/pod-logs/log-page.ts';

it.each([
  ['nanoseconds', '2026-05-04T03:02:01.123456789Z', '2026-05-04T03:02:01.12345679Z'],
  ['zeros that are left out', '2026-05-04T03:02:01.09Z', '2026-05-04T03:02:01.1Z'],
  ['no fraction at all', '2026-05-04T03:02:01Z', '2026-05-04T03:02:01.000000001Z'],
  ['a zone', '2026-05-04T05:02:01.5+02:00', '2026-05-04T03:02:01.6Z'],
])('stamps are ordered by time: %s', (_, earlier, later) => {
  expect(stampNs(earlier) < stampNs(later)).toBe(true);
});

const LINE = '2026-05-04T03:02:01.1Z said';

test('a last line without its end belongs to the log only where nothing can come after it', () => {
  expect(readPage(`${LINE}\n${LINE}`, 1000, false)?.lines).toHaveLength(1);
  expect(readPage(`${LINE}\n${LINE}`, 1000, true)?.lines).toHaveLength(2);
});

test('an empty line has a stamp and no text', () => {
  expect(
    readPage('2026-05-04T03:02:01.1Z \n2026-05-04T03:02:01.2Z\n', 1000, false)?.lines.map(({ text }) => text),
  ).toEqual(['', '']);
});

test('nothing is an empty log, and what has no stamps is none', () => {
  expect(readPage('', 1000, false)).toEqual({ lines: [], cut: false });
  expect(readPage(`${LINE}\nfailed to open log file\n`, 1000, false)).toBeUndefined();
  expect(readPage('failed to open log file', 1000, false)).toBeUndefined();
});

test('what reaches the limit is cut, and its last line is not whole', () => {
  expect(readPage(`${LINE}\n${LINE}`.slice(0, 40), 40, true)).toMatchObject({ cut: true, lines: [{ text: 'said' }] });
});
