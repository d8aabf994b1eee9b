import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, editDistance } from '../../src/plan/did-you-mean.ts';

const words = ['interval', 'timeout', 'config', 'name', 'at'];

test.each([
  ['intervall', 'interval'],
  ['intreval', 'interval'],
  ['INTERVAL', 'interval'],
  ['tiemout', 'timeout'],
  ['nmae', 'name'],
  ['completely-else', undefined],
  ['zz', undefined],
  ['x'.repeat(10_000), undefined],
])('%s was meant to be %s', (word, expected) => {
  expect(didYouMean(word, words)).toBe(expected);
});

test('the distance is none from a word to itself, the same both ways, and never more than the longer word', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, a)).toBe(0);
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
