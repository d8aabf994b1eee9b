import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { keepPace } from '../../../lab/workloads/steady-pace.ts';

function paced(perSecond: number) {
  let done = 0;
  const pace = keepPace(perSecond, () => done++);
  onTestFinished(pace.stop);
  return { pace, done: () => done };
}

test('work is done as often as asked', async () => {
  const { done } = paced(200);
  await sleep(500);
  expect(done()).toBeGreaterThan(80);
  expect(done()).toBeLessThan(130);
});

test('at pace 0 nothing is done, and nothing piles up for later', async () => {
  const { pace, done } = paced(1000);
  pace.set(0);
  await sleep(200);
  expect(done()).toBe(0);
  pace.set(10);
  await sleep(50);
  expect(done()).toBeLessThanOrEqual(2);
});
