import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EngineClock } from '../../../src/probes/zmq-kv-events/engine-clock.ts';
import type { Arrival } from '../../../src/probes/zmq-kv-events/stream-checker.ts';

/** How far the engine's clock is ahead of ours: unknown to the one who measures. */
const AHEAD_MS = 1.7e12;

interface Batch {
  madeAt: number;
  arrivesAt: number;
  /** What the engine's clock has been stepped by when it makes the batch. */
  steppedBy?: number;
  arrival?: Arrival;
}

function play(batches: Batch[]): { ages: (number | undefined)[]; shiftMs: number | undefined } {
  const clock = new EngineClock();
  const ages = batches.map(({ madeAt, arrivesAt, steppedBy = 0, arrival }, index) =>
    clock.observe(AHEAD_MS + madeAt + steppedBy, arrivesAt, arrival ?? (index === 0 ? 'first' : 'next')),
  );
  return { ages, shiftMs: clock.shiftMs };
}

function prompt(madeAt: number, steppedBy = 0): Batch {
  return { madeAt, arrivesAt: madeAt + 2, steppedBy };
}

const rows: Record<string, { batches: Batch[]; ages: (number | undefined)[]; shiftMs: number }> = {
  'what its clock differs by is no age': { batches: [prompt(0), prompt(100)], ages: [0, 0], shiftMs: 0 },
  'what was held back is as old as it waited': {
    batches: [prompt(0), { madeAt: 100, arrivesAt: 30_002 }, { madeAt: 29_000, arrivesAt: 30_002 }, prompt(30_100)],
    ages: [0, 29_900, 1000, 0],
    shiftMs: 0,
  },
  'a clock set ahead is a step, not a batch from the future': {
    batches: [prompt(0), prompt(100, 30_000), prompt(200, 30_000)],
    ages: [0, 0, 0],
    shiftMs: 30_000,
  },
  'a clock set back is a step, not a delay': {
    batches: [prompt(0), prompt(100, -30_000), prompt(200, -30_000)],
    ages: [0, 0, 0],
    shiftMs: -30_000,
  },
  'there and back is no shift in the end': {
    batches: [prompt(0), prompt(100, 30_000), prompt(200, 30_000), prompt(300)],
    ages: [0, 0, 0, 0],
    shiftMs: 0,
  },
  'a correction of half a second is none': {
    batches: [prompt(0), prompt(100, -500), prompt(200, -500)],
    ages: [0, 500, 500],
    shiftMs: 0,
  },
  'a step behind a delay is known when the delay is over': {
    batches: [prompt(0), { madeAt: 100, arrivesAt: 20_002, steppedBy: 30_000 }, prompt(20_100, 30_000)],
    ages: [0, 0, 0],
    shiftMs: 30_000,
  },
  'another process has another clock': {
    batches: [prompt(0), prompt(100, 30_000), { ...prompt(200), arrival: 'restart' }],
    ages: [0, 0, 0],
    shiftMs: 0,
  },
  'one out of order has an age and is no step': {
    batches: [prompt(0), prompt(5000), { madeAt: 100, arrivesAt: 5200, arrival: 'late' }, prompt(5300)],
    ages: [0, 0, 5098, 0],
    shiftMs: 0,
  },
  'a duplicate has no age': {
    batches: [prompt(0), { madeAt: 0, arrivesAt: 9000, arrival: 'duplicate' }],
    ages: [0, undefined],
    shiftMs: 0,
  },
};

describe("the engine's clock", () => {
  test.each(Object.entries(rows))('%s', (_sentence, { batches, ages, shiftMs }) => {
    const played = play(batches);
    expect(played.ages.map((age) => age && Math.round(age))).toEqual(ages);
    expect(Math.round(played.shiftMs!)).toBe(shiftMs);
  });

  test('that is never stepped never seems so, however long batches wait', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 0, max: 60_000 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(gaps, (history) => {
        let madeAt = 0;
        let arrivesAt = 2;
        const batches: Batch[] = [prompt(0)];
        for (const [gap, wait] of history) {
          madeAt += gap;
          arrivesAt = Math.max(arrivesAt, madeAt + 2 + wait);
          batches.push({ madeAt, arrivesAt });
        }
        const played = play(batches);
        expect(Math.round(played.shiftMs!)).toBe(0);
        expect(played.ages.map((age) => Math.round(age!))).toEqual(
          batches.map((batch) => batch.arrivesAt - batch.madeAt - 2),
        );
      }),
    );
  });
});

test('before the first batch nothing is known of a clock', () => {
  expect(new EngineClock().shiftMs).toBeUndefined();
});
