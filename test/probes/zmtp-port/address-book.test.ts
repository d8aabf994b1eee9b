import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressBook, type Lookup } from '../../../src/probes/zmtp-port/address-book.ts';

const address = fc.integer({ min: 1, max: 90 }).map((last) => `10.0.0.${last}`);
const found: fc.Arbitrary<Lookup> = fc
  .uniqueArray(address, { maxLength: 80 })
  .map((addresses) => ({ addresses: addresses.sort() }));
const failed: fc.Arbitrary<Lookup> = fc.constant({ failure: { code: 'name', reason: 'no answer' } });
const lookups = fc.array(fc.oneof({ arbitrary: found, weight: 4 }, { arbitrary: failed, weight: 1 }), {
  maxLength: 12,
});

test('whatever a name resolves to, too few addresses are always told, and those that went are among the missing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), lookups, (atLeast, all) => {
      const book = new AddressBook({ atLeast });
      let enough: string[] = [];
      for (const lookup of all) {
        const page = book.read(lookup);
        const addresses = 'failure' in lookup ? [] : lookup.addresses;
        expect(page.problem === undefined).toBe(addresses.length >= atLeast && addresses.length <= 64);
        expect(page.missing.filter((each) => page.addresses.includes(each))).toEqual([]);
        expect(page.addresses.length + page.missing.length).toBeLessThanOrEqual(64);
        const gone = enough.filter((each) => !page.addresses.includes(each)).length;
        expect(page.missing.length).toBeGreaterThanOrEqual(Math.min(gone, atLeast - page.addresses.length));
        if (addresses.length >= atLeast) enough = page.addresses;
      }
    }),
    { numRuns: 300 },
  );
});

test('during a rolling restart below the demand the latest to go are the missing ones', () => {
  const book = new AddressBook({ atLeast: 3 });
  book.read({ addresses: ['a', 'b', 'c'] });
  book.read({ addresses: ['b', 'd'] });

  expect(book.read({ addresses: ['b'] }).missing).toEqual(['c', 'd']);
  expect(book.read({ addresses: ['b', 'e', 'f'] }).missing).toEqual([]);
  expect(book.read({ addresses: ['e', 'f'] }).missing).toEqual(['b']);
});
