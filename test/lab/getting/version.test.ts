import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, isWithin } from '../../../lab/getting/version.ts';

describe('versions are ordered by number, not by letter', () => {
  const table: [sentence: string, left: string, right: string, order: number][] = [
    ['equal ones are equal', '2.42.0', '2.42.0', 0],
    ['a missing item is 0', '2.42', '2.42.0', 0],
    ['10 is more than 9', '1.10.0', '1.9.9', 1],
    ['the first difference decides', '2.0.0', '1.99.99', 1],
    ['a longer one is later', '17.0.1', '17', 1],
    ['what follows the numbers is ignored', '2.42.0+ds', '2.42.0', 0],
  ];
  test.each(table)('%s', (_, left, right, order) => {
    expect(compareVersions(left, right)).toBe(order);
    expect(compareVersions(right, left)).toBe(-order || 0);
  });

  test('what is no version is refused', () => {
    expect(() => compareVersions('', '1')).toThrow('not a version: ""');
  });

  const version = fc.array(fc.nat(99), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.'));
  test('the order is transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [low, middle, high] = [a, b, c].sort(compareVersions);
        expect(compareVersions(low!, middle!)).toBeLessThanOrEqual(0);
        expect(compareVersions(low!, high!)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('a range holds its lower end and not its upper', () => {
  test.each([
    ['1.9', false],
    ['2', true],
    ['2.99.1', true],
    ['3.0', false],
  ])('%s from 2 to below 3: %s', (version, within) => {
    expect(isWithin(version, { atLeast: '2', below: '3' })).toBe(within);
  });
});
