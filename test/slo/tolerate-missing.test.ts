import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import { experimentTimes } from '../../src/slo/phases.ts';
import { slotsDueBetween } from '../../src/slo/slots.ts';
import {
  type Answer,
  atLeast,
  atMost,
  BAD,
  cleanEvents,
  experiment,
  GOOD,
  objective,
  plan,
  probe,
  recordingOf,
} from './build.ts';

/** A recovery phase of exactly 100 slots. */
const LONG = cleanEvents().map((event) => {
  if (event.state === 'quiesced') return { ...event, at: 191_000 };
  return event.state === 'ended' ? { ...event, at: 192_000 } : event;
});

const recovers = { kind: 'timeToRecover' as const, probe: 'web', successThreshold: 3, failureThreshold: 1 };

/** Answers by the slot's number in the recovery phase, which is below 0 before it. */
function judged(
  tolerateMissing: number,
  answer: (slot: number) => Answer,
  more: Partial<Parameters<typeof objective>[1]> = {},
) {
  const tested = plan({
    experiments: [experiment('outage', { phases: { steadyMs: 60_000, recoveryMs: 100_000, settleMs: 0 } })],
    objectives: [objective('asked', { tolerateMissing, ...more })],
  });
  const recording = recordingOf({
    plan: tested,
    events: LONG,
    answer: (_, due) => answer(Math.floor((due - 91_000) / 1000)),
  });
  return judge(tested, recording).objectives[0]!;
}

const missingFirst = (count: number) => (slot: number) => (slot >= 0 && slot < count ? undefined : GOOD);

describe('tolerateMissing', () => {
  it('judges a recovery phase of 100 slots here', () => {
    const { from, to } = experimentTimes(recordingOf({ plan: plan(), events: LONG, answer: () => GOOD }), 'outage')
      .phases.recovery!;
    const { first, last } = slotsDueBetween(probe('web'), plan().seed, 0, from, to)!;

    expect(last - first + 1).toBe(100);
  });

  for (const percent of [1, 7, 14, 28, 29, 55, 57, 58])
    it(`forgives exactly ${percent} of 100 slots at ${percent}%, and not one more`, () => {
      expect(judged(percent / 100, missingFirst(percent))).toMatchObject({
        verdict: 'pass',
        notes: [`${percent} of 100 slots are missing; the plan tolerates ${percent}%`],
      });
      expect(judged(percent / 100, missingFirst(percent + 1))).toMatchObject({
        verdict: 'inconclusive',
        reason: 'missing-samples',
      });
    });

  it('forgives nothing by itself', () => {
    expect(judged(0, missingFirst(1))).toMatchObject({ verdict: 'inconclusive', reason: 'missing-samples' });
  });

  it('does not make a pass of no answer at all', () => {
    expect(judged(0.99, missingFirst(100))).toMatchObject({ verdict: 'inconclusive', reason: 'no-samples' });
  });

  it('leaves forgiven slots out of a share, rather than to take them as good', () => {
    const bad = (slot: number) => (slot >= 0 && slot < 10 ? undefined : slot >= 10 && slot < 19 ? BAD : GOOD);

    expect(judged(0.1, bad, { bound: atLeast(0.9) }).measurement).toMatchObject({ low: 0.9, high: 0.9 });
    expect(judged(0.1, (slot) => (slot === 19 ? BAD : bad(slot)), { bound: atLeast(0.9) })).toMatchObject({
      verdict: 'fail',
    });
  });

  it('leaves forgiven values out of a quantile', () => {
    const maximum = { kind: 'quantile' as const, probe: 'web', value: 'latencyMs', q: 1 };

    expect(judged(0.1, missingFirst(10), { indicator: maximum, bound: atMost(5) })).toMatchObject({ verdict: 'pass' });
    expect(judged(0.1, missingFirst(11), { indicator: maximum, bound: atMost(5) })).toMatchObject({
      verdict: 'inconclusive',
    });
  });

  it('has no effect on a total', () => {
    const received = { kind: 'total' as const, probe: 'web', value: 'received' };
    const hole = judged(0.5, missingFirst(2), { indicator: received, bound: atMost(1000, '1') });

    expect(hole).toMatchObject({ verdict: 'inconclusive', reason: 'no-samples' });
  });
});

describe('tolerateMissing of a time to recover', () => {
  const asked = { indicator: recovers, bound: atMost(5000) };

  it('forgives missing slots after the recovery', () => {
    const answer = (slot: number) => (slot < -31 || (slot >= 0 && slot < 90) ? GOOD : slot < 0 ? BAD : undefined);

    expect(judged(0.1, answer, asked)).toMatchObject({ verdict: 'pass', reason: 'met' });
    expect(judged(0.09, answer, asked)).toMatchObject({ verdict: 'inconclusive' });
  });

  it('does not take a forgiven slot for the good one that ends the outage', () => {
    const answer = (slot: number) => (slot < -31 || slot >= 8 ? GOOD : slot < 0 ? BAD : undefined);

    expect(judged(0.1, answer, asked)).toMatchObject({ verdict: 'inconclusive', reason: 'limit-inside-interval' });
  });

  it('does not take a forgiven slot for a good one between two bad ones', () => {
    const indicator = { ...recovers, failureThreshold: 2 };
    const answer = (slot: number) => (slot === 50 || slot === 52 ? BAD : slot === 51 ? undefined : GOOD);

    expect(judged(0.01, answer, { ...asked, indicator })).toMatchObject({ verdict: 'fail', reason: 'missed' });
  });

  it('counts the slots of the recovery phase, not those before it', () => {
    expect(judged(0.05, missingFirst(6), asked)).toMatchObject({ verdict: 'inconclusive' });
    expect(judged(0.06, missingFirst(6), asked).notes).toEqual(['6 of 100 slots are missing; the plan tolerates 6%']);
  });

  it('makes no pass of a recovery phase without an answer, though the fault was not felt', () => {
    expect(judged(0.99, missingFirst(100), asked)).toMatchObject({ verdict: 'inconclusive', reason: 'no-samples' });
  });
});
