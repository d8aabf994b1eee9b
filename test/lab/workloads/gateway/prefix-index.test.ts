import { describe, expect, test } from 'vitest';
import type { CacheEvent } from '../../../../lab/workloads/gateway/decoding.ts';
import { type Defect, switchedOn } from '../../../../lab/workloads/gateway/defects.ts';
import { createPrefixIndex } from '../../../../lab/workloads/gateway/prefix-index.ts';

const prompt = Array.from({ length: 50 }, (_, token) => token);
const both = new Set(['a', 'b']);

/** The first blocks of the prompt, named 1, 2, 3 and so on by the pod. */
function stored(count: number, first = 1n): CacheEvent {
  const blocks = Array.from({ length: count }, (_, index) => first + BigInt(index));
  const start = Number(first - 1n) * 16;
  const parent = first === 1n ? undefined : first - 1n;
  return { kind: 'BlockStored', blocks, parent, tokens: prompt.slice(start, start + count * 16), blockSize: 16 };
}

const indexWith = (...defects: Defect[]) => createPrefixIndex(switchedOn(defects));
const matched = (index: ReturnType<typeof indexWith>) => Object.fromEntries(index.match(prompt, both));

describe('an index', () => {
  test('knows of each pod how much of a prompt it holds', () => {
    const index = indexWith();
    index.apply('a', stored(3));
    index.apply('b', stored(1));
    expect(matched(index)).toEqual({ a: 3, b: 1 });
    expect(Object.fromEntries(index.match(prompt, new Set(['b'])))).toEqual({ b: 1 });
    expect(index.match(prompt.slice(1), both).size).toBe(0);
  });

  test('joins events that go on where an earlier one ended', () => {
    const index = indexWith();
    index.apply('a', stored(1));
    index.apply('a', stored(2, 2n));
    expect(matched(index)).toEqual({ a: 3 });
  });

  test('says how many blocks it cannot place, since it missed their parent', () => {
    const index = indexWith();
    expect(index.apply('a', stored(2, 2n))).toBe(2);
    expect(matched(index)).toEqual({});
  });

  test('forgets what a pod removes, clears, or takes along when it goes; others keep theirs', () => {
    const index = indexWith();
    for (const pod of both) index.apply(pod, stored(3));
    index.apply('a', { kind: 'BlockRemoved', blocks: [3n] });
    expect(matched(index)).toEqual({ a: 2, b: 3 });
    index.apply('a', { kind: 'AllBlocksCleared' });
    expect(matched(index)).toEqual({ b: 3 });
    index.forget('b');
    expect([matched(index), index.prefixes()]).toEqual([{}, 0]);
  });

  test('a hole in a pod’s chain ends its match', () => {
    const index = indexWith();
    for (const pod of both) index.apply(pod, stored(3));
    index.apply('a', { kind: 'BlockRemoved', blocks: [2n] });
    expect(matched(index)).toEqual({ a: 1, b: 3 });
  });

  test('gives the same fingerprint for the same blocks, in whatever order they came', () => {
    const [one, other] = [indexWith(), indexWith()];
    one.apply('a', stored(3));
    other.apply('a', stored(1));
    other.apply('a', stored(2, 2n));
    expect(one.holdings('a')).toEqual(other.holdings('a'));
    other.apply('a', { kind: 'BlockRemoved', blocks: [3n] });
    expect(one.holdings('a').fingerprint).not.toBe(other.holdings('a').fingerprint);
  });
});

describe('a defect', () => {
  test('removeForAllPods: one pod removes, all have lost', () => {
    const index = indexWith('removeForAllPods');
    for (const pod of both) index.apply(pod, stored(3));
    index.apply('a', { kind: 'BlockRemoved', blocks: [1n] });
    expect(matched(index)).toEqual({});
  });

  test('chainFromEventParent: of an event with several blocks only the first is found again', () => {
    const index = indexWith('chainFromEventParent');
    index.apply('a', stored(3));
    expect(matched(index)).toEqual({ a: 1 });
    expect(index.holdings('a').blocks).toBe(3);
  });

  test('learnFromRouting: what is assumed counts as held', () => {
    const index = indexWith('learnFromRouting');
    index.assume('a', prompt);
    expect(matched(index)).toEqual({ a: 3 });
    expect(index.holdings('a').blocks).toBe(0);
  });
});
