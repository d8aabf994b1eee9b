import { describe, expect, test } from 'vitest';
import { type Planted, WaitingPrefixes } from '../../../src/probes/kv-routing/waiting-prefixes.ts';

const planted = (name: string, fullAt: string, plantedAt: number): Planted => ({
  prefix: { half: name, full: `${name} whole` },
  tokens: { half: 1, full: 2 },
  fullAt,
  halfAt: 'other',
  plantedAt,
});

function waiting(down: Set<string>, items: readonly Planted[]) {
  const prefixes = new WaitingPrefixes({ settle: 10, waiting: 4 }, (target) => !down.has(target));
  for (const item of items) prefixes.add(item);
  const takeAll = (now: number) => {
    const taken: string[] = [];
    for (let item = prefixes.take(now); item; item = prefixes.take(now)) taken.push(item.prefix.half);
    return taken;
  };
  return { prefixes, takeAll };
}

describe('prefixes that wait', () => {
  test('are taken in the order of planting, once they have settled, each once', () => {
    const { takeAll } = waiting(new Set(), [planted('a', 'x', 0), planted('b', 'y', 5), planted('c', 'x', 30)]);

    expect(takeAll(20)).toEqual(['a', 'b']);
    expect(takeAll(40)).toEqual(['c']);
    expect(takeAll(40)).toEqual([]);
  });

  test('two that a down engine held are kept until it is back, and the others are taken meanwhile', () => {
    const down = new Set(['x']);
    const { takeAll } = waiting(down, [
      planted('a', 'x', 0),
      planted('b', 'x', 0),
      planted('c', 'x', 0),
      planted('d', 'y', 0),
    ]);

    expect(takeAll(20)).toEqual(['c', 'd']);
    down.clear();
    expect(takeAll(20)).toEqual(['a', 'b']);
  });

  test('one that is put back waits anew, at the end', () => {
    const { prefixes, takeAll } = waiting(new Set(), [planted('a', 'x', 0), planted('b', 'y', 0)]);

    prefixes.putBack(prefixes.take(20)!, 20);

    expect(takeAll(25)).toEqual(['b']);
    expect(takeAll(30)).toEqual(['a']);
  });

  test('are never more than is asked for and kept, however long nothing is taken', () => {
    const { prefixes } = waiting(new Set(), []);
    let most = 0;
    for (let slot = 0; slot < 1000; slot++) {
      const wanted = prefixes.wanted(slot);
      most = Math.max(most, wanted);
      for (let at = 0; at < wanted; at++) prefixes.add(planted(`${slot}`, 'x', slot));
    }

    expect(most).toBe(2);
    expect(prefixes.wanted(0)).toBe(0);
  });
});
