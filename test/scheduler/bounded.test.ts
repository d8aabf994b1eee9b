import { describe, expect, test } from 'vitest';
import { bounded, DeadlinePassed, reasonOf, within } from '../../src/scheduler/bounded.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';

const never = () => new Promise<never>(() => {});

describe('a bounded call', () => {
  test('gives what the work gives, and leaves no timer behind', async () => {
    const clock = new VirtualClock();
    const outer = new AbortController();
    const bounds = { clock, what: 'this', limitMs: 100, outer: outer.signal };

    await expect(clock.run(within(bounds, async () => 7))).resolves.toBe(7);
    await expect(clock.run(never())).rejects.toThrow('stuck at 0');
  });

  test('ends at its deadline, even if the work does not, and tells the work', async () => {
    const clock = new VirtualClock();
    let told: unknown;
    const call = within({ clock, what: 'the removal', limitMs: 1500 }, (signal) => {
      signal.addEventListener('abort', () => {
        told = signal.reason;
      });
      return never();
    });

    await expect(clock.run(call)).rejects.toThrow('the removal did not finish within 1.5s');
    expect(clock.now()).toBe(1500);
    expect(told).toBeInstanceOf(DeadlinePassed);
  });

  test('ends with the outer signal, and says when the work has come to its own end', async () => {
    const clock = new VirtualClock();
    const outer = new AbortController();
    clock.at(50, () => outer.abort(new Error('SIGTERM')));
    const call = bounded({ clock, what: 'this', limitMs: 1000, outer: outer.signal }, async () => {
      await clock.sleepUntil(300);
      throw new Error('nobody listens any more');
    });

    await expect(clock.run(call.result)).rejects.toThrow('SIGTERM');
    expect(clock.now()).toBe(50);
    await clock.run(call.finished);
    expect(clock.now()).toBe(300);
  });

  test('does not believe work that begins under an aborted signal', async () => {
    const clock = new VirtualClock();
    const bounds = { clock, what: 'this', limitMs: 1000, outer: AbortSignal.abort(new Error('SIGTERM')) };

    await expect(clock.run(within(bounds, async (signal) => signal.aborted))).rejects.toThrow('SIGTERM');
  });
});

describe('a reason is one line for people', () => {
  test.each([
    ['an error', new Error('refused\n  at line 3'), 'refused'],
    ['an error without words', new TypeError(), 'TypeError'],
    ['a text', 'SIGTERM', 'SIGTERM'],
    ['nothing', undefined, 'undefined'],
    ['a long one', new Error('x'.repeat(600)), `${'x'.repeat(499)}…`],
  ])('%s', (_, error, expected) => {
    expect(reasonOf(error)).toBe(expected);
  });
});
