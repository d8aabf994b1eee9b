import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineTable } from '../../src/plan/line-table.ts';

test('the place of every offset is what counting gives', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é'), maxLength: 60 }), (text) => {
      const table = new LineTable(text);
      for (let offset = 0; offset <= text.length; offset++) {
        const before = text.slice(0, offset).split('\n');
        expect(table.at(offset)).toEqual({ line: before.length, column: before.at(-1)!.length + 1 });
      }
    }),
  );
});

test('an offset beyond the text is its end', () => {
  expect(new LineTable('ab\nc').at(99)).toEqual({ line: 2, column: 2 });
  expect(new LineTable('').at(-1)).toEqual({ line: 1, column: 1 });
});
