import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBlockCache } from '../../../../lab/workloads/engine/block-cache.ts';
import type { KvEvent } from '../../../../lab/workloads/engine/kv-events.ts';

/** What an index that follows the events holds; says what contradicts it. */
function follow(index: Set<string>, event: KvEvent): string | undefined {
  if (event.kind === 'cleared') {
    index.clear();
    return undefined;
  }
  if (event.kind === 'stored') {
    if (event.tokens.length !== event.hashes.length * event.blockSize) return 'tokens do not fill the blocks';
    if (event.parent !== null && !index.has(event.parent.toString('hex'))) return 'the parent is unknown';
  }
  for (const name of event.hashes.map((hash) => hash.toString('hex'))) {
    if (event.kind === 'stored' && index.has(name)) return 'stored twice';
    if (event.kind === 'removed' && !index.delete(name)) return 'removed but never stored';
    if (event.kind === 'stored') index.add(name);
  }
  return undefined;
}

test('whatever it does, an index that follows its events stays consistent and of its size', () => {
  const action = fc.oneof({ weight: 20, arbitrary: fc.constant('step' as const) }, fc.constant('clear' as const));
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), fc.integer({ min: 5, max: 60 }), (actions, capacity) => {
      const cache = createBlockCache(capacity);
      const index = new Set<string>();
      for (const name of actions) {
        for (const event of cache[name]()) expect(follow(index, event)).toBeUndefined();
        expect(index.size).toBe(cache.size());
        expect(index.size).toBeLessThanOrEqual(capacity + 6);
      }
    }),
    { numRuns: 30 },
  );
});

test('blocks of two lives have different names', () => {
  const names = [createBlockCache(10), createBlockCache(10)].map((cache) => {
    const [event] = cache.step();
    return event?.kind === 'stored' ? event.hashes[0]!.toString('hex') : '';
  });
  expect(names[0]).not.toBe(names[1]);
});

test('a contradiction is seen by the index twice: an unknown parent, an unknown removal', () => {
  const cache = createBlockCache(10);
  expect(cache.contradict().map((event) => follow(new Set(), event))).toEqual([
    'the parent is unknown',
    'removed but never stored',
  ]);
});
