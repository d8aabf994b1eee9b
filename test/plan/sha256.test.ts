import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Hex } from '../../src/plan/sha256.ts';

test('a known text has its known hash', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('any text has the hash that node:crypto gives it', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => expectSame(text)));
});

test('every length around the ends of blocks has the hash that node:crypto gives it', () => {
  for (let length = 0; length <= 260; length++) expectSame('é'.repeat(length % 3) + 'x'.repeat(length));
});

test('a text of a megabyte has the hash that node:crypto gives it', () => {
  expectSame('plan '.repeat(200_000));
});

function expectSame(text: string): void {
  expect(sha256Hex(text)).toBe(createHash('sha256').update(text).digest('hex'));
}
