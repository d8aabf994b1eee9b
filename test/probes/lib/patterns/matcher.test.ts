import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { PatternError } from '../../../../src/probes/lib/patterns/cursor.ts';
import { createMatcher } from '../../../../src/probes/lib/patterns/matcher.ts';

const atom = fc.constantFrom(
  'a',
  'b',
  'A',
  ' ',
  '.',
  '\\d',
  '\\w',
  '\\S',
  '[ab]',
  '[^a]',
  '[a-c1_]',
  '\\.',
  '1',
  '^',
  '$',
  '\\b',
  '\\B',
);
const repeated = fc
  .tuple(
    fc.constantFrom('a', 'b', '.', '\\w', '[^b]', '(?:ab|b)', '(a*b?)', '(|a)'),
    fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?'),
  )
  .map((each) => each.join(''));
const sequence = fc.array(fc.oneof(atom, repeated), { maxLength: 5 }).map((parts) => parts.join(''));
const pattern = fc
  .array(
    fc.oneof(
      sequence,
      sequence.map((each) => `(${each})*`),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((options) => options.join('|'));
const line = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', 'A', 'B', '1', ' ', '.', '_', 'é', '\r'),
  maxLength: 12,
});

test('it says the same as the engine of JavaScript', () => {
  fc.assert(
    fc.property(pattern, line, fc.boolean(), (source, text, ignoreCase) => {
      const expected = new RegExp(source, ignoreCase ? 'i' : '').test(text);
      expect(createMatcher(source, ignoreCase).test(text), `/${source}/ on ${JSON.stringify(text)}`).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
});

test('one matcher says of a text what it said before, whatever it has seen in between', () => {
  const matcher = createMatcher('(a|b)*c(a|b){8}c');
  const found = `${'ab'.repeat(20)}cababababc`;
  expect(matcher.test(found)).toBe(true);
  for (let seed = 1, count = 0; count < 200; count++) {
    seed = (seed * 48_271) % 2_147_483_647;
    matcher.test([...seed.toString(3).repeat(5)].map((digit) => 'abc'[Number(digit)]).join(''));
  }
  expect(matcher.test(found)).toBe(true);
  expect(matcher.test('ab'.repeat(20))).toBe(false);
});

describe('a line that keeps an engine busy that tries one way after the other', () => {
  it.each([
    ['(a+)+$', `${'a'.repeat(100_000)}!`],
    ['^(a|a)*$', `${'a'.repeat(100_000)}!`],
    ['.*a.*a.*a.*a.*a.*b', 'a'.repeat(100_000)],
    ['(x+x+)+y', 'x'.repeat(100_000)],
  ])('%s is done at once', (source, text) => {
    const began = performance.now();
    expect(createMatcher(source).test(text)).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

it.each([
  ['a reference back', '(a)\\1'],
  ['a look ahead', 'a(?=b)'],
  ['a look behind', '(?<=a)b'],
  ['a group that is not closed', '(a'],
  ['a group that was not opened', 'a)'],
  ['a class that is not closed', '[a'],
  ['a repetition of nothing', '*a'],
  ['a repetition of a repetition', 'a**'],
  ['a repetition the wrong way round', 'a{3,2}'],
  ['a range the wrong way round', '[z-a]'],
  ['repetitions that multiply', '((a{100}){100}){100}'],
  ['too many repetitions', 'a{9999}'],
  ['a backslash at the end', 'a\\'],
  ['groups without end', '('.repeat(500)],
  ['an escape that nobody knows', '\\p'],
])('%s is refused in one line', (_, source) => {
  expect(() => createMatcher(source)).toThrow(PatternError);
  expect(() => createMatcher(source)).toThrow(/^[^\n]{5,100}$/);
});
