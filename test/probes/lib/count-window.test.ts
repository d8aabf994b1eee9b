import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CountWindow } from '../../../src/probes/lib/count-window.ts';

test('whatever is added and whenever it is taken, covers join and nothing is lost or counted twice', () => {
  const step = fc.record({ add: fc.nat(5), afterMs: fc.nat(1000), take: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const window = new CountWindow(['seen'], 0);
      let [now, added, taken, reached] = [0, 0, 0, 0];
      for (const { add, afterMs, take } of [...steps, { add: 0, afterMs: 1, take: true }]) {
        now += afterMs;
        added += add;
        window.add('seen', add);
        if (!take) continue;
        const { covers, values } = window.take(now);
        expect(covers).toEqual([reached, now]);
        reached = now;
        taken += values.seen;
      }
      expect(taken).toBe(added);
    }),
  );
});
