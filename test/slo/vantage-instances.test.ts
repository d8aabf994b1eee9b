import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Final, VantageBoot } from '../../src/slo/model/entry.ts';
import type { Objective } from '../../src/slo/model/plan.ts';
import { Recording } from '../../src/slo/recording.ts';
import { type Answer, atLeast, atMost, BAD, GOOD, objective, plan, probe, timelineOf } from './build.ts';

type Boot = VantageBoot & { silentFrom?: number };

const remote = probe('web', { at: 'gateway' });
const recovers = objective('recovers', {
  indicator: { kind: 'timeToRecover', probe: 'web', successThreshold: 3, failureThreshold: 2 },
  bound: atMost(20_000),
});

function boot(instance: string, changes: Partial<Boot> = {}): Boot {
  const base = { type: 'vantage' as const, vantage: 'gateway', instance, boot: `${instance}-1`, slotZero: -50_000 };
  return { ...base, clock: [0, 0], ...changes };
}

function judged(
  asked: Objective,
  boots: Boot[],
  answer: (instance: string, due: number) => Answer = () => GOOD,
  finals: Final[] = [],
) {
  const tested = plan({ probes: [remote], objectives: [asked] });
  const entries = timelineOf({ plan: tested, boots, finals, answer: (_, due, instance) => answer(instance, due) });
  return judge(tested, Recording.of(entries)).objectives[0]!;
}

describe('several instances of a vantage', () => {
  it('each answer their own slots', () => {
    expect(judged(objective('available'), [boot('a'), boot('b', { slotZero: -20_333 })])).toMatchObject({
      verdict: 'pass',
      measurement: { good: 180, missing: 0 },
    });
  });

  it('of which one falls silent leave its slots missing, however well the others do', () => {
    const boots = [boot('a'), boot('b', { slotZero: -20_333, silentFrom: 120_000 })];

    expect(judged(objective('available'), boots)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'missing-samples',
      measurement: { good: 119, missing: 61 },
    });
  });

  it('of which one never says anything are inconclusive', () => {
    expect(judged(recovers, [boot('a'), boot('b', { silentFrom: 0 })])).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no-samples',
    });
  });

  it('recover when the last of them has, though the other is good in between', () => {
    const late = (instance: string, due: number) => (instance === 'b' && due > 60_500 && due < 125_000 ? BAD : GOOD);

    expect(judged(recovers, [boot('a'), boot('b', { slotZero: -20_333 })], late)).toMatchObject({ verdict: 'fail' });
  });

  it('are hit when the first of them is', () => {
    const hit = objective('hit', {
      phase: 'impact',
      indicator: { kind: 'timeToImpact', probe: 'web', successThreshold: 1, failureThreshold: 1 },
      bound: atMost(2000),
    });
    const early = (instance: string, due: number) => (instance === 'b' && due > 60_500 ? BAD : GOOD);

    expect(judged(hit, [boot('a'), boot('b', { slotZero: -20_333 })], early)).toMatchObject({ verdict: 'pass' });
  });

  it('need traffic at each of them', () => {
    const lossless = objective('lossless', {
      phase: 'fault',
      indicator: { kind: 'total', probe: 'web', value: 'lost' },
      bound: atMost(0, '1'),
      atLeastSeen: 5,
    });
    const counts = (received: (instance: string) => number) => (instance: string, due: number) =>
      ({ values: { lost: 0, received: received(instance) }, covers: [due - 1000, due] }) satisfies Answer;
    const boots = [boot('a'), boot('b', { slotZero: -20_333 })];

    expect(
      judged(
        lossless,
        boots,
        counts(() => 2),
      ).verdict,
    ).toBe('pass');
    expect(
      judged(
        lossless,
        boots,
        counts((instance) => (instance === 'a' ? 9 : 0)),
      ),
    ).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no-traffic',
    });
  });

  it('add up what each of them counted, and a hole at one is a hole', () => {
    const lost = objective('lost', {
      phase: 'fault',
      indicator: { kind: 'total', probe: 'web', value: 'received' },
      bound: atMost(100, '1'),
    });
    const counting = (_: string, due: number) =>
      ({ values: { received: 1 }, covers: [due - 1000, due] }) satisfies Answer;
    const boots = [boot('a'), boot('b', { slotZero: -20_333 })];
    const whole = judged(lost, boots, counting);
    const cut = judged(lost, [boots[0]!, { ...boots[1]!, silentFrom: 80_000 }], counting);

    expect(whole).toMatchObject({ verdict: 'pass' });
    expect(whole.measurement!.low).toBeGreaterThanOrEqual(58);
    expect(cut).toMatchObject({ verdict: 'inconclusive', reason: 'hole-in-counts' });
  });

  it('that are joined by another in the middle owe no slots for the time before it, of which it says nothing', () => {
    const boots = [boot('a'), boot('b', { slotZero: 120_000 })];

    expect(judged(objective('available'), boots)).toMatchObject({ verdict: 'pass', measurement: { missing: 0 } });
    expect(judged(recovers, boots)).toMatchObject({ verdict: 'inconclusive', measurement: { low: 0 } });
    expect(judged(recovers, [boot('a'), boot('b', { slotZero: 500_000 })]).verdict).toBe('pass');
  });
});

describe('a boot', () => {
  const again = (changes: Partial<Boot>) => boot('a', { boot: 'a-2', slotZero: 120_250, ...changes });

  it('ends the grid of its own instance only', () => {
    const boots = [boot('a', { silentFrom: 110_000 }), again({}), boot('b', { slotZero: -20_333 })];
    const { measurement, reason } = judged(objective('available'), boots);

    expect(reason).toBe('missing-samples');
    expect(measurement!.missing).toBeGreaterThanOrEqual(10);
    expect(measurement!.missing).toBeLessThanOrEqual(11);
  });

  it('of a replacement takes over the grid of the one that it replaces', () => {
    const boots = [boot('a', { silentFrom: 120_000 }), boot('b', { slotZero: 120_900, replaces: 'a' })];
    const { measurement } = judged(objective('available'), boots);

    expect(measurement!.missing).toBeLessThanOrEqual(1);
    expect(measurement!.good + measurement!.missing).toBeLessThanOrEqual(90);
  });

  it('of another instance that replaces nobody leaves the silent one missing to the end', () => {
    const boots = [boot('a', { silentFrom: 120_000 }), boot('b', { slotZero: 120_900 })];

    expect(judged(objective('available'), boots).measurement!.missing).toBeGreaterThanOrEqual(60);
  });

  it('of a replacement told again without it leaves both places as they are, since the other is back', () => {
    const taken = boot('b', { slotZero: 120_900, replaces: 'a' });
    const back = boot('b', { slotZero: 120_900 });
    const bad = (instance: string, due: number) => (instance === 'a' && due > 150_000 ? BAD : GOOD);

    expect(judged(objective('available'), [boot('a'), taken, back], bad)).toMatchObject({
      verdict: 'fail',
      measurement: { missing: 0 },
    });
  });

  it('told again changes what is known of the clock, and is no other boot', () => {
    const boots = [boot('a'), boot('a', { clock: [-3000, 2000] })];

    expect(judged(objective('available'), boots)).toMatchObject({ verdict: 'pass', measurement: { good: 85 } });
  });
});

describe('an uncertain clock', () => {
  const unsure = [boot('a', { clock: [-1500, 2500] })];

  it('leaves the slots near an edge of a phase out of both neighbours', () => {
    const inFault = objective('cut', { phase: 'fault', bound: atMost(0, 'ratio', '0%') });
    const nearEdges = (_: string, due: number) => (due < 62_900 || due > 89_100 ? GOOD : BAD);

    expect(judged(inFault, unsure, nearEdges)).toMatchObject({ verdict: 'pass', measurement: { good: 0, missing: 0 } });
    expect(judged(objective('all', { phase: 'fault', bound: atLeast(0.1) }), [boot('a')], nearEdges).verdict).toBe(
      'pass',
    );
  });

  it('widens the time to recover by as much', () => {
    const down = (_: string, due: number) => (due > 60_500 && due < 100_000 ? BAD : GOOD);
    const sure = judged(recovers, [boot('a')], down).measurement!;
    const wide = judged(recovers, unsure, down).measurement!;

    expect(wide.low).toBeCloseTo(sure.low! - 2500, 3);
    expect(wide.high).toBeCloseTo(sure.high! + 1500, 3);
  });

  it('widens the time to impact by as much', () => {
    const hit = objective('hit', {
      phase: 'impact',
      indicator: { kind: 'timeToImpact', probe: 'web', successThreshold: 1, failureThreshold: 1 },
      bound: atMost(2000),
    });
    const down = (_: string, due: number) => (due > 70_000 ? BAD : GOOD);
    const sure = judged(hit, [boot('a')], down).measurement!;
    const wide = judged(hit, unsure, down).measurement!;

    expect(wide.low).toBeCloseTo(sure.low! - 2500, 3);
    expect(wide.high).toBeCloseTo(sure.high! + 1500, 3);
  });

  it('that leaves none of the slots of a place certain to be in the phase leaves the phase undecided, however the other places do', () => {
    const boots = [boot('a'), boot('b', { slotZero: -20_333, clock: [-20_000, 20_000] })];
    const bad = (instance: string) => (instance === 'b' ? BAD : GOOD);
    const indicators: Objective['indicator'][] = [
      { kind: 'ratio', probe: 'web' },
      { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 1 },
    ];
    for (const indicator of indicators) {
      const bound = indicator.kind === 'ratio' ? atLeast(0.9) : atMost(100);
      const verdict = judged(objective('in-fault', { phase: 'fault', indicator, bound }), boots, bad);
      expect(verdict).toMatchObject({ verdict: 'inconclusive', reason: 'no-slots' });
      expect(verdict.text).toContain('clock');
    }
  });

  it('of one place leaves the slots of another before the fault as they are', () => {
    const steady = objective('before', { phase: 'steady', bound: atLeast(1) });
    const boots = [boot('a'), boot('b', { slotZero: -20_333, clock: [-4000, 4000] })];
    const bad = (instance: string, due: number) => (instance === 'a' && due > 57_000 && due < 60_000 ? BAD : GOOD);

    expect(judged(steady, boots, bad)).toMatchObject({ verdict: 'fail', measurement: { bad: 3 } });
  });

  it('counts a reading near an edge in the high bound only', () => {
    const counted = objective('counted', {
      phase: 'fault',
      indicator: { kind: 'total', probe: 'web', value: 'received' },
      bound: atMost(1, '1'),
    });
    const counting = (_: string, due: number) =>
      ({ values: { received: 1 }, covers: [due - 1000, due] }) satisfies Answer;
    const sure = judged(counted, [boot('a')], counting).measurement!;
    const wide = judged(counted, unsure, counting).measurement!;

    expect(wide.low).toBeLessThanOrEqual(sure.low! - 3);
    expect(wide.high).toBeGreaterThanOrEqual(sure.high! + 3);
  });
});
