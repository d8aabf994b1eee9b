import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClockOffset, type ExchangeTimes } from '../../src/vantages/sidecar/clock-offset.ts';

const ways = fc.record({
  there: fc.double({ min: 0, max: 100, noNaN: true }),
  held: fc.double({ min: 0, max: 1000, noNaN: true }),
  back: fc.double({ min: 0, max: 100, noNaN: true }),
  pause: fc.double({ min: 0, max: 5000, noNaN: true }),
});
type Ways = typeof ways extends fc.Arbitrary<infer T> ? T : never;

/** Exchanges one after another with a clock that is ahead by `ahead` at the beginning, and drifts. */
function exchanges(all: Ways[], ahead: number, drift: number): ExchangeTimes[] {
  let now = 0;
  const theirs = (at: number) => at * (1 + drift) + ahead;
  return all.map(({ there, held, back, pause }) => {
    const sent = now + pause;
    const received = sent + there;
    const got = received + held + back;
    now = got;
    return { sent, received: theirs(received), answered: theirs(received + held), got };
  });
}

it('the truth lies within the bounds, whatever the ways take, for a clock that drifts no faster than a kernel slews', () => {
  const drifts = fc.double({ min: -490e-6, max: 490e-6, noNaN: true });
  const many = fc.array(ways, { minLength: 10, maxLength: 60 });
  fc.assert(
    fc.property(many, fc.integer({ min: -1e9, max: 1e9 }), drifts, (all, ahead, drift) => {
      const list = exchanges(all, ahead, drift);
      const clock = new ClockOffset(list.slice(0, 5));
      for (const exchange of list.slice(5)) expect(clock.learn(exchange).steppedMs).toBeUndefined();
      const [behind, most] = clock.bounds;
      const from = list[4]!.got;
      const to = list.at(-1)!.got;
      for (const at of [from, (from + to) / 2, to]) {
        const error = clock.toRun(at * (1 + drift) + ahead) - at;
        expect(error).toBeGreaterThanOrEqual(behind - 0.01);
        expect(error).toBeLessThanOrEqual(most + 0.01);
      }
    }),
  );
});

it('a step that is greater than what the ways leave open is noticed, and covered by the bounds', () => {
  const calm = Array.from({ length: 10 }, () => ({ there: 1, held: 0, back: 1, pause: 100 }));
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 1e6 }), fc.boolean(), (size, forward) => {
      const list = exchanges(calm, 5000, 0);
      const by = forward ? size : -size;
      const clock = new ClockOffset(list.slice(0, 8));
      const [, last] = list.slice(-2);
      const told = clock.learn({ ...last!, received: last!.received + by, answered: last!.answered + by });
      expect(Math.abs((told.steppedMs ?? 0) - by)).toBeLessThan(5);
      const [behind, ahead] = clock.bounds;
      expect(forward ? ahead : -behind).toBeGreaterThanOrEqual(size - 1);
    }),
  );
});

it('times go to the run and back', () => {
  const clock = new ClockOffset(exchanges([{ there: 1, held: 0, back: 1, pause: 0 }], 1234.5, 0));

  expect(clock.toRun(clock.toProcess(77))).toBeCloseTo(77, 3);
});

it('a step ahead while an answer is held back is noticed with that answer, and covered by the bounds', () => {
  const calm = Array.from({ length: 8 }, () => ({ there: 1, held: 0, back: 1, pause: 100 }));
  const [, held] = exchanges([...calm, { there: 1, held: 1000, back: 1, pause: 100 }], 5000, 0).slice(-2);
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 1e6 }), (size) => {
      const clock = new ClockOffset(exchanges(calm, 5000, 0));
      const told = clock.learn({ ...held!, answered: held!.answered + size });

      expect(told).toMatchObject({ widened: true });
      expect(Math.abs(told.steppedMs! - size)).toBeLessThan(5);
      expect(clock.bounds[1]).toBeGreaterThanOrEqual(size - 1);
    }),
  );
});
