import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pagesOf, wholeOn } from '../../../src/probes/lib/pages.ts';

test('pages hold everything in its order, each as much as fits a line', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300_000 }), { maxLength: 8 }), (lengths) => {
      const items = lengths.map((length, index) => `${index}`.padEnd(length, 'x'));
      const pages = pagesOf(items);

      expect(pages.flat()).toEqual(items);
      for (const page of pages) expect(page.length === 1 || JSON.stringify(page).length <= 400_002).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('a page has a thousand items at the most, and an empty list has a page', () => {
  expect(pagesOf(Array(2001).fill('a')).map(({ length }) => length)).toEqual([1000, 1000, 1]);
  expect(pagesOf([])).toEqual([[]]);
});

test('no time is no time of which all is known', () => {
  expect(wholeOn(0, 2, [5, 9])).toEqual({ whole: { span: [5, 9], page: 1, pages: 2 } });
  expect([wholeOn(0, 1, [5, 5]), wholeOn(0, 1, [9, 5]), wholeOn(0, 1, undefined)]).toEqual([{}, {}, {}]);
});
