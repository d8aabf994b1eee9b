import { expect, test } from 'vitest';
import { addressOf } from '../../../../src/probes/lib/zmtp/endpoint.ts';
import { reconnectPauseMs } from '../../../../src/probes/lib/zmtp/reconnect-pause.ts';
import { Subscriber } from '../../../../src/probes/lib/zmtp/subscriber.ts';
import { rawPeer } from './raw-peer.ts';

test.each([
  [0, 50, 100],
  [1, 100, 200],
  [2, 200, 400],
  [3, 400, 800],
  [4, 500, 1000],
  [1_000_000, 500, 1000],
])('after %i failures a subscriber waits %i to %i ms, as chance will have it', (failures, shortest, longest) => {
  expect(reconnectPauseMs(failures, 0)).toBe(shortest);
  expect(reconnectPauseMs(failures, 1)).toBe(longest);
  expect(reconnectPauseMs(failures, 0.5)).toBe((shortest + longest) / 2);
});

test.each([0, 0.999])(
  'a subscriber that is turned away pauses before each new attempt, with chance %d',
  async (chance) => {
    const attempts: number[] = [];
    await using peer = await rawPeer((socket) => {
      attempts.push(performance.now());
      socket.end();
    });
    const options = { ...addressOf(peer.endpoint), topic: '', random: () => chance };
    const subscriber = new Subscriber({ ...options, security: async () => ({ mechanism: 'NULL' }) }, { message() {} });

    await expect.poll(() => attempts.length, { timeout: 5000 }).toBeGreaterThan(2);
    await subscriber.close();

    const [first, second, third] = attempts;
    expect(second! - first!).toBeGreaterThan(reconnectPauseMs(1, chance) - 10);
    expect(third! - second!).toBeGreaterThan(reconnectPauseMs(2, chance) - 10);
  },
);
