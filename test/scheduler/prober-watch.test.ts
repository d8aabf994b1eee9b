import { describe, expect, test } from 'vitest';
import type { Reading } from '../../src/probes/contract.ts';
import { startSampling } from '../../src/scheduler/sampling.ts';
import type { Entry, Gap, ProberTrouble, Sample } from '../../src/slo/model/entry.ts';
import type { ProbeSpec } from '../../src/slo/model/plan.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { GOOD, probeSpec } from './test-plan.ts';

const BAD: Reading = { outcome: 'bad', values: {}, reason: 'refused' };

/** A machine on which a program can be made to stand still, be throttled, and have its wall clock set. */
class Machine extends VirtualClock {
  /** Nothing while there is no limit. */
  throttledMs: number | undefined = 0;
  #steppedMs = 0;

  override wallClockMs = (): number => Date.UTC(2026, 0, 1) + this.now() + this.#steppedMs;

  setWallClock(ms: number): void {
    this.#steppedMs += ms;
  }

  throttle(ms: number): void {
    if (this.throttledMs !== undefined) this.throttledMs += ms;
    this.block(ms);
  }
}

interface Told {
  troubles: ProberTrouble[];
  slots: (Sample | Gap)[];
}

/** Samples one probe, for a second; slot 0 is due at 11, and then one every 100 ms. */
async function sampled(
  happens: (machine: Machine) => void,
  answer: (machine: Machine, signal: AbortSignal) => Promise<Reading>,
  changes: Partial<ProbeSpec> = {},
  forMs = 1000,
): Promise<Told> {
  const machine = new Machine();
  const entries: Entry[] = [];
  const setting = {
    ...{ clock: machine, seed: 7, vantage: 'runner', slotZero: 0, readThrottledMs: () => machine.throttledMs },
    record: (entry: Entry) => entries.push(entry),
  };
  const session = { sample: (signal: AbortSignal) => answer(machine, signal), close: async () => {} };
  happens(machine);
  const sampling = startSampling(setting, [{ spec: probeSpec(changes), session }], 0);
  await machine.run(machine.sleepUntil(forMs));
  const end = sampling.stop();
  await machine.run(sampling.settledBefore(end));
  sampling.close('the run was stopped');
  return {
    troubles: entries.filter((entry) => entry.type === 'prober'),
    slots: entries.filter((entry) => entry.type === 'sample' || entry.type === 'gap'),
  };
}

const answers = (ms: number, reading: Reading) => (machine: Machine, signal: AbortSignal) =>
  machine.sleepUntil(machine.now() + ms, signal).then(() => reading);
const never = () => new Promise<never>(() => {});
const outcomes = (slots: (Sample | Gap)[]) => slots.map((slot) => (slot.type === 'gap' ? slot.reason : slot.outcome));

describe('a prober that stands still', () => {
  const still = (machine: Machine) => void machine.at(320, () => machine.block(200));

  test('says when, and for how long at the least', async () => {
    const { troubles } = await sampled(still, async () => GOOD);

    expect(troubles).toEqual([{ type: 'prober', vantage: 'runner', of: 'stalled', from: 311, to: 520, ms: 184 }]);
  });

  test('calls nothing bad that it met meanwhile, and keeps what the probe said', async () => {
    const { slots } = await sampled(still, answers(20, BAD), { timeoutMs: 900 });

    expect(outcomes(slots)).toEqual(['bad', 'bad', 'bad', 'unknown', 'late', 'unknown', ...Array(4).fill('bad')]);
    expect(slots[3]).toMatchObject({
      starvedMs: 184,
      reason: 'the prober itself did not run meanwhile: refused',
    });
  });

  test('nor does it call a time-out bad of which it slept through more than a tenth', async () => {
    const { slots } = await sampled(still, never, { timeoutMs: 250 });

    expect(outcomes(slots)).toEqual([
      ...['bad', 'stalled', 'stalled', 'late'],
      ...['unknown', 'unknown', ...Array(4).fill('bad')],
    ]);
  });

  test('a time-out of which it slept through less stays bad', async () => {
    const { slots } = await sampled(still, never, { timeoutMs: 2000 });

    expect(outcomes(slots)).toEqual(['late', ...Array(9).fill('bad')]);
  });

  test('calls what answered all the same good, and says that its time is not to be trusted', async () => {
    const { slots } = await sampled(still, answers(20, GOOD));

    expect(outcomes(slots)).toEqual(['good', 'good', 'good', 'good', 'late', ...Array(5).fill('good')]);
    expect(slots[3]).toMatchObject({ starvedMs: 184 });
    for (const slot of slots.filter((_, index) => index !== 3 && index !== 5))
      expect(slot).not.toHaveProperty('starvedMs');
  });

  test('calls nothing bad just after it either, since what came in meanwhile may lie unread', async () => {
    const { slots } = await sampled(still, async () => BAD);

    expect(outcomes(slots)).toEqual([...Array(4).fill('bad'), 'late', 'unknown', ...Array(4).fill('bad')]);
    expect(slots[5]).toMatchObject({ started: 520, starvedMs: 184 });
  });

  test('calls no part bad either', async () => {
    const parts = [
      { labels: { topic: 'a' }, outcome: 'bad' as const, values: {}, reason: 'refused' },
      { labels: { topic: 'b' }, outcome: 'good' as const, values: {} },
    ];
    const { slots } = await sampled(still, answers(20, { ...BAD, parts }));

    expect(slots[3]).toMatchObject({ outcome: 'unknown', parts: [{ outcome: 'unknown' }, { outcome: 'good' }] });
  });

  test('between its samples says so too, where it is longer than such a rest', async () => {
    const { troubles } = await sampled(
      (machine) => void machine.at(340, () => machine.block(300)),
      async () => GOOD,
    );

    expect(troubles).toMatchObject([{ of: 'stalled', from: 336, to: 640, ms: 204 }]);
  });

  test('for a moment, as every busy program does, says nothing of it', async () => {
    const { troubles, slots } = await sampled(
      (machine) => void machine.at(340, () => machine.block(40)),
      answers(20, BAD),
    );

    expect(troubles).toEqual([]);
    expect(outcomes(slots)).toEqual(Array(10).fill('bad'));
  });
});

describe('a prober that is throttled', () => {
  const throttled = (machine: Machine) => {
    for (let at = 300; at < 800; at += 50) machine.at(at, () => machine.throttle(30));
  };

  test('a little all the time says so once for all of it', async () => {
    const { troubles } = await sampled(throttled, async () => GOOD);

    expect(troubles).toMatchObject([{ of: 'throttled', ms: 300 }]);
    expect(troubles[0]!.from).toBeLessThanOrEqual(300);
    expect(troubles[0]!.to).toBeGreaterThanOrEqual(780);
  });

  test('calls nothing bad meanwhile', async () => {
    const { slots } = await sampled(throttled, answers(90, BAD));

    expect(outcomes(slots)).toEqual(['bad', 'bad', ...Array(7).fill('unknown'), 'bad']);
  });

  test('where the machine tells nothing of it, is seen as late where it is so by much', async () => {
    const { troubles } = await sampled(
      (machine) => {
        machine.throttledMs = undefined;
        machine.at(320, () => machine.throttle(200));
      },
      answers(20, BAD),
    );

    expect(troubles).toMatchObject([{ of: 'stalled', ms: 184 }]);
  });

  test('by a limit that is set while it runs says so too', async () => {
    const limited = (machine: Machine) => {
      machine.throttledMs = undefined;
      machine.at(1200, () => {
        machine.throttledMs = 0;
      });
      for (let at = 1300; at < 2800; at += 50) machine.at(at, () => machine.throttle(30));
    };
    const { troubles } = await sampled(limited, async () => GOOD, {}, 3000);

    expect(troubles.every(({ of }) => of === 'throttled')).toBe(true);
    expect(troubles.reduce((sum, { ms }) => sum + ms, 0)).toBe(900);
  });
});

describe('a wall clock that is set', () => {
  test.each([3_600_000, -150])('by %i ms is recorded, and no sample is lost by it', async (ms) => {
    const { troubles, slots } = await sampled(
      (machine) => void machine.at(340, () => machine.setWallClock(ms)),
      answers(20, BAD),
    );

    expect(troubles).toMatchObject([{ of: 'clock-step', from: 336, to: 411, ms }]);
    expect(outcomes(slots)).toEqual(Array(10).fill('bad'));
  });

  test('by as little as a daemon slews it is not', async () => {
    const slew = (machine: Machine) => {
      for (let at = 0; at < 1000; at += 10) machine.at(at, () => machine.setWallClock(0.005));
    };

    expect((await sampled(slew, async () => GOOD)).troubles).toEqual([]);
  });
});
