import { describe, expect, test } from 'vitest';
import { startSampling } from '../../src/scheduler/sampling.ts';
import { systemClock } from '../../src/scheduler/system-clock.ts';
import type { Entry, Gap, Sample } from '../../src/slo/model/entry.ts';
import { answering, GOOD, probeSpec } from './test-plan.ts';

describe('the system clock', () => {
  test('begins at zero, never goes back, and knows the time of day', () => {
    const clock = systemClock();
    const moments = Array.from({ length: 1000 }, () => clock.now());

    expect(moments[0]).toBeLessThan(50);
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
    expect(Math.abs(clock.wallClockMs() - Date.now())).toBeLessThan(50);
  });

  test('never fires early', async () => {
    const clock = systemClock();
    const offsets = [3.2, 7.9, 15.001, 22.5, 0, -5].map((ms) => clock.now() + ms);

    const fired = offsets.map((offset) => clock.sleepUntil(offset).then(() => clock.now() - offset));
    for (const lateness of await Promise.all(fired)) expect(lateness).toBeGreaterThanOrEqual(0);
  });

  test('what is cancelled does not fire, and a sleep that is interrupted rejects with the reason', async () => {
    const clock = systemClock();
    const controller = new AbortController();
    let fired = false;
    clock.at(clock.now() + 5, () => {
      fired = true;
    })();
    const sleeping = clock.sleepUntil(clock.now() + 60_000, controller.signal);
    controller.abort(new Error('enough'));

    await expect(sleeping).rejects.toThrow('enough');
    await expect(clock.sleepUntil(0, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    await clock.sleepUntil(clock.now() + 20);
    expect(fired).toBe(false);
  });

  test('a wait of many weeks does not fire at once', async () => {
    const clock = systemClock();
    let fired = false;
    const cancel = clock.at(90 * 86_400_000, () => {
      fired = true;
    });
    await clock.sleepUntil(clock.now() + 20);
    cancel();

    expect(fired).toBe(false);
  });
});

test('in real time too, a hanging probe and its quick neighbour keep all their slots', async () => {
  const clock = systemClock();
  const entries: (Sample | Gap)[] = [];
  const hang = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const probes = [
    {
      spec: probeSpec({ name: 'hanging', intervalMs: 50, timeoutMs: 170 }),
      session: { sample: hang, close: async () => {} },
    },
    { spec: probeSpec({ name: 'quick', intervalMs: 50, timeoutMs: 170 }), session: answering(GOOD) },
  ];
  const record = (entry: Entry) => entries.push(entry as Sample | Gap);
  const sampling = startSampling({ clock, seed: 7, vantage: 'runner', slotZero: 0, record }, probes, 0);
  await clock.sleepUntil(1000);
  const end = sampling.stop();
  await sampling.settledBefore(end);
  sampling.close('the run was stopped');

  for (const { spec } of probes) {
    const mine = entries.filter((entry) => entry.probe === spec.name);
    const slots = mine.map((entry) => entry.slot).sort((a, b) => a - b);
    expect(slots).toEqual(Array.from({ length: mine.length }, (_, i) => i));
    expect(mine.length).toBeGreaterThanOrEqual(19);
  }
  const hanging = entries.filter((entry) => entry.type === 'sample' && entry.probe === 'hanging') as Sample[];
  expect(hanging.length, 'a machine under load may lose many, not all').toBeGreaterThan(0);
  for (const { outcome, started, ended, starvedMs } of hanging) {
    expect(outcome, 'a machine under load may lose some').toBe(starvedMs === undefined ? 'bad' : 'unknown');
    expect(ended - started).toBeGreaterThanOrEqual(170);
  }
});
