import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { watchDaemons } from '../../../../src/chaos/chaos-mesh/proof/daemon/watch.ts';

const LOOK_MS = 150;
const never = new AbortController().signal;

/** Daemons that take their time, and how often they were looked at. */
function watched() {
  const begins: number[] = [];
  const look = async () => {
    begins.push(performance.now());
    await sleep(LOOK_MS);
    return { pods: new Map(), troubles: [] };
  };
  const watch = watchDaemons({ look, close() {} }, ['node']);
  onTestFinished(() => watch.close());
  return { begins, watch };
}

describe('a watch over daemons', () => {
  test('leaves the node alone as long as a look took, however often it is asked', async () => {
    const { begins, watch } = watched();
    for (const end = performance.now() + 1_200; performance.now() < end; ) await watch.newest(5, never);

    expect(begins.length).toBeGreaterThan(2);
    for (const [index, begin] of begins.slice(1).entries())
      expect(begin - begins[index]!, 'the next look came too soon').toBeGreaterThan(1.9 * LOOK_MS);
  });

  test('looks at once where something was removed, and tells only what was seen since', async () => {
    const { begins, watch } = watched();
    await watch.newest(1000, never);
    const removed = performance.now();
    const sight = await watch.begunAfter(removed, 1000, never);

    expect(sight.troubles).toEqual([]);
    expect(begins.at(-1)).toBeGreaterThanOrEqual(removed);
    expect(begins.at(-1)! - removed, 'it rested first').toBeLessThan(LOOK_MS);
  });

  test('looks no more once it is closed', async () => {
    const { begins, watch } = watched();
    await watch.newest(1000, never);
    watch.close();
    const looks = begins.length;
    await sleep(3 * LOOK_MS);

    expect(begins.length).toBe(looks);
  });
});
