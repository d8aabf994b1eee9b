import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstSlotFrom, maxOverlap, slotCount, slotDue, slotStagger, slotsDueBetween } from '../../src/slo/slots.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const offsets = fc.integer({ min: 0, max: 10_000_000 });
const probes = fc.record({
  name: fc.string({ minLength: 1, maxLength: 12 }),
  intervalMs: fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.double({ min: 0.5, max: 1000, noNaN: true })),
});

describe('slots', () => {
  test('slot 0 lies inside the first interval, each next one an interval later', () => {
    fc.assert(
      fc.property(seeds, probes, offsets, fc.nat(1_000_000), (seed, probe, slotZero, k) => {
        const stagger = slotStagger(seed, probe);
        expect(stagger).toBeGreaterThanOrEqual(0);
        expect(stagger).toBeLessThan(probe.intervalMs);
        expect(slotDue(seed, probe, slotZero, k)).toBe(slotZero + stagger + k * probe.intervalMs);
      }),
    );
  });

  test('a slot is in a window exactly if its due is', () => {
    fc.assert(
      fc.property(seeds, probes, offsets, offsets, fc.nat(100_000), (seed, probe, slotZero, from, length) => {
        const to = from + length;
        const range = slotsDueBetween(probe, seed, slotZero, from, to);
        const due = (k: number) => slotDue(seed, probe, slotZero, k);
        if (range === undefined) {
          const next = firstSlotFrom(seed, probe, slotZero, from);
          expect(due(next)).toBeGreaterThanOrEqual(to);
          return;
        }
        expect(due(range.first)).toBeGreaterThanOrEqual(from);
        expect(due(range.last)).toBeLessThan(to);
        if (range.first > 0) expect(due(range.first - 1)).toBeLessThan(from);
        expect(due(range.last + 1)).toBeGreaterThanOrEqual(to);
      }),
    );
  });

  test('windows that join count each slot once', () => {
    fc.assert(
      fc.property(seeds, probes, offsets, fc.nat(50_000), fc.nat(50_000), (seed, probe, slotZero, a, b) => {
        const count = (from: number, to: number) => slotCount(slotsDueBetween(probe, seed, slotZero, from, to));
        expect(count(slotZero, slotZero + a) + count(slotZero + a, slotZero + a + b)).toBe(
          count(slotZero, slotZero + a + b),
        );
      }),
    );
  });

  test('probes of the same interval do not fire together', () => {
    const staggers = Array.from({ length: 200 }, (_, i) => slotStagger(7, { name: `probe-${i}`, intervalMs: 1000 }));
    const perTenth = Array.from({ length: 10 }, (_, tenth) => staggers.filter((s) => Math.floor(s / 100) === tenth));
    for (const bucket of perTenth) expect(bucket.length).toBeGreaterThan(5);
  });

  test.each([
    ['a timeout shorter than the interval', 1000, 200, 2],
    ['a timeout as long as the interval', 200, 200, 2],
    ['a timeout of several intervals', 200, 1000, 6],
    ['a timeout that ends between two slots', 300, 1000, 5],
  ])('overlap for %s', (_, intervalMs, timeoutMs, expected) => {
    expect(maxOverlap(intervalMs, timeoutMs)).toBe(expected);
  });
});
