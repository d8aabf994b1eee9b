import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BlockCache, createBlockCache } from '../../../../lab/workloads/engine/block-cache.ts';
import type { KvEvent } from '../../../../lab/workloads/engine/kv-events.ts';

const blockOf = (token: number) => Array.from({ length: 16 }, () => token);

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
  const prompt = fc.array(fc.constantFrom(1, 2), { maxLength: 4 }).map((blocks) => blocks.flatMap(blockOf));
  const action = fc.oneof(
    { weight: 20, arbitrary: fc.constant((cache: BlockCache) => cache.step()) },
    { weight: 10, arbitrary: prompt.map((tokens) => (cache: BlockCache) => cache.serve(tokens).events) },
    { weight: 1, arbitrary: fc.constant((cache: BlockCache) => cache.clear()) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), fc.integer({ min: 5, max: 60 }), (actions, capacity) => {
      const cache = createBlockCache(capacity);
      const index = new Set<string>();
      for (const act of actions) {
        for (const event of act(cache)) expect(follow(index, event)).toBeUndefined();
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

test('a prompt that comes again is cached as far as it is the same, and only the rest is stored', () => {
  const cache = createBlockCache(100);
  const prompt = Array.from({ length: 40 }, (_, token) => token);

  const first = cache.serve(prompt);
  const again = cache.serve(prompt);
  const longer = cache.serve([...prompt.slice(0, 32), ...prompt]);

  expect([first.cachedTokens, again.cachedTokens, longer.cachedTokens]).toEqual([0, 32, 32]);
  expect(again.events).toEqual([]);
  expect(first.events).toEqual([
    expect.objectContaining({ kind: 'stored', parent: null, tokens: prompt.slice(0, 32) }),
  ]);
  const [stored] = first.events as { kind: string; hashes: Buffer[] }[];
  expect(longer.events).toEqual([expect.objectContaining({ parent: stored!.hashes[1], tokens: prompt.slice(0, 32) })]);
});

test('a full cache forgets the end of what was used longest ago, and keeps what is asked for', () => {
  const cache = createBlockCache(4);
  const prompt = (first: number) => Array.from({ length: 32 }, (_, token) => first + token);
  cache.serve(prompt(0));
  cache.serve(prompt(1_000));

  cache.serve(prompt(0));
  cache.serve(prompt(2_000).slice(0, 16));

  expect(cache.size()).toBe(4);
  expect(cache.serve(prompt(0)).cachedTokens).toBe(32);
  expect(cache.serve(prompt(1_000)).cachedTokens).toBe(16);
});
