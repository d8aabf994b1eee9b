import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WakeQueue } from '../../src/scheduler/wake-queue.ts';

test('whoever wakes first is on top, however far the heads are moved', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1 }), fc.array(fc.nat(1000)), (wakes, delays) => {
      const items = wakes.map((wakeAt) => ({ wakeAt }));
      const queue = new WakeQueue(items);
      for (const delay of delays) {
        const head = queue.head!;
        expect(head.wakeAt).toBe(Math.min(...items.map((item) => item.wakeAt)));
        head.wakeAt += delay;
        queue.sinkHead();
      }
    }),
  );
});

test('an empty queue has no head', () => {
  const queue = new WakeQueue([]);
  queue.sinkHead();

  expect(queue.head).toBeUndefined();
});
