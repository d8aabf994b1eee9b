import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Objective, ProbeSpec, Quantity, Unit } from '../../src/slo/model/plan.ts';
import { parseQuantity } from '../../src/slo/model/quantity.ts';
import { type Answer, cleanEvents, objective, plan, probe, recordingOf, reference } from './build.ts';

const RECOVERED = 91_000;

function quantity(text: string | number): Quantity {
  const parsed = parseQuantity(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.quantity;
}

const steadyTimes = (times: number, plus?: string | number) => ({
  kind: 'steady' as const,
  times,
  ...(plus !== undefined && { plus: quantity(plus) }),
});
const median = { kind: 'quantile' as const, probe: 'web', value: 'took', q: 0.5 };
const share = { kind: 'ratio' as const, probe: 'web' };

interface Asked {
  unit?: Unit;
  needsTraffic?: string;
  asked: Partial<Objective>;
  answer: (isRecovery: boolean, due: number) => Answer;
  events?: ReturnType<typeof cleanEvents>;
}

function judged({ unit = 'ms', needsTraffic, asked, answer, events = cleanEvents() }: Asked) {
  const web: ProbeSpec = probe('web', {
    values: {
      took: { unit, kind: 'level', help: 'how long it took', ...(needsTraffic !== undefined && { needsTraffic }) },
      received: { unit: '1', kind: 'count', help: 'events received' },
    },
  });
  const tested = plan({ probes: [web], objectives: [objective('as-steady', asked)] });
  const world = { plan: tested, events, answer: (_: string, due: number) => answer(due >= RECOVERED, due) };
  return judge(tested, recordingOf(world)).objectives[0]!;
}

/** About `level`, a little different each time, but the same in every second. */
const about = (level: number, due: number, spread = level / 100) => level + ((due * 7) % 11) * (spread / 11);
const took =
  (before: number, after: number) =>
  (isRecovery: boolean, due: number): Answer => ({ values: { took: about(isRecovery ? after : before, due) } });
const atMost = (target: ReturnType<typeof steadyTimes>) => ({ op: 'atMost' as const, target });
const atLeast = (target: ReturnType<typeof steadyTimes>) => ({ op: 'atLeast' as const, target });

describe('a limit by the steady phase', () => {
  const cases: Record<string, [Asked, verdict: string]> = {
    'passes when it is as fast as before': [
      { asked: { indicator: median, bound: atMost(steadyTimes(1.2)) }, answer: took(100, 100) },
      'pass',
    ],
    'fails when it is slower than the factor allows': [
      { asked: { indicator: median, bound: atMost(steadyTimes(1.2)) }, answer: took(100, 150) },
      'fail',
    ],
    'allows the addition on top of the factor': [
      { asked: { indicator: median, bound: atMost(steadyTimes(1.2, '40ms')) }, answer: took(100, 150) },
      'pass',
    ],
    'fails beyond factor and addition': [
      { asked: { indicator: median, bound: atMost(steadyTimes(1.2, '20ms')) }, answer: took(100, 150) },
      'fail',
    ],
    'takes an addition in milliseconds to a value in seconds for what it is': [
      { unit: 's', asked: { indicator: median, bound: atMost(steadyTimes(1, '20ms')) }, answer: took(0.1, 0.15) },
      'fail',
    ],
    'allows an addition in milliseconds to a value in seconds': [
      { unit: 's', asked: { indicator: median, bound: atMost(steadyTimes(1, '60ms')) }, answer: took(0.1, 0.15) },
      'pass',
    ],
    'is inconclusive when the difference is no larger than the noise': [
      {
        asked: { indicator: median, bound: atMost(steadyTimes(1)) },
        answer: (_, due) => ({ values: { took: about(100, due, 80) } }),
      },
      'inconclusive',
    ],
    'compares shares': [
      {
        asked: { indicator: share, bound: atLeast(steadyTimes(0.9)) },
        answer: (_, due) => ({ outcome: Math.floor(due / 1000) % 10 === 0 ? 'bad' : 'good' }),
      },
      'pass',
    ],
    'fails a share that fell': [
      {
        asked: { indicator: share, bound: atLeast(steadyTimes(0.9)) },
        answer: (isRecovery, due) => ({ outcome: isRecovery && Math.floor(due / 1000) % 2 === 0 ? 'bad' : 'good' }),
      },
      'fail',
    ],
  };
  for (const [sentence, [asked, verdict]] of Object.entries(cases))
    it(sentence, () => {
      const result = judged(asked);

      expect(result.verdict, result.text).toBe(verdict);
    });

  it('shows the limit as it came to, and what it came from', () => {
    const { target } = judged({
      asked: { indicator: median, bound: atMost(steadyTimes(2, '20ms')) },
      answer: (isRecovery) => ({ values: { took: isRecovery ? 110 : 100 } }),
    });

    expect(target).toMatchObject({ low: 220, high: 220, text: '220ms (2 times the steady phase plus 20ms)' });
  });
});

describe('a steady phase that says little', () => {
  const asked = { indicator: median, bound: atMost(steadyTimes(1.2)) };

  it('decides nothing when it was silent', () => {
    const answer = (isRecovery: boolean): Answer => (isRecovery ? { values: { took: 1 } } : undefined);

    expect(judged({ asked, answer })).toMatchObject({ verdict: 'inconclusive', reason: 'no-samples' });
  });

  it('decides nothing on too few answers', () => {
    const answer = (isRecovery: boolean, due: number): Answer =>
      isRecovery || due < 15_000 ? { values: { took: 1 } } : undefined;

    expect(judged({ asked, answer })).toMatchObject({ verdict: 'inconclusive', reason: 'too-few-answers' });
  });

  it('decides nothing on fewer than ten answers of a share, and something on ten', () => {
    const byShare = { indicator: share, bound: atLeast(steadyTimes(0.5)), tolerateMissing: 0.9 };
    const answeredUntil = (end: number) => (isRecovery: boolean, due: number) =>
      isRecovery || due < end ? { outcome: 'good' as const } : undefined;

    expect(judged({ asked: byShare, answer: answeredUntil(9000) })).toMatchObject({ reason: 'too-few-answers' });
    expect(judged({ asked: byShare, answer: answeredUntil(10_000) })).toMatchObject({ verdict: 'pass' });
  });

  it('widens the interval by the slots that it misses', () => {
    const all = judged({ asked, answer: took(100, 100) }).measurement!.confidence!;
    const some = judged({
      asked,
      answer: (isRecovery, due) => (!isRecovery && due < 10_000 ? undefined : took(100, 100)(isRecovery, due)),
    }).measurement!.confidence!;

    expect(some.low).toBeLessThan(all.low);
    expect(some.high).toBeGreaterThan(all.high);
  });

  it('decides nothing when half of it might have been anything', () => {
    const answer = (isRecovery: boolean, due: number): Answer =>
      !isRecovery && due < 35_000 ? undefined : took(100, 100)(isRecovery, due);
    const result = judged({ asked, answer });

    expect(result).toMatchObject({ verdict: 'inconclusive' });
    expect(result.measurement!.confidence).toBeUndefined();
  });

  it('is no measure of lag when nothing happened in it', () => {
    const traffic = (inSteady: number) => (isRecovery: boolean, due: number) => ({
      values: { took: isRecovery ? 50 : 0, received: isRecovery ? 1 : inSteady },
      covers: [Math.max(0, due - 1000), due] as [number, number],
    });

    expect(judged({ asked, needsTraffic: 'received', answer: traffic(0) })).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no-traffic',
      text: 'steady phase: web.received shows 0, at least 1 needed',
    });
    expect(judged({ asked, needsTraffic: 'received', answer: traffic(1) })).toMatchObject({ verdict: 'fail' });
  });

  it('is not known when the recording lost its end', () => {
    const events = cleanEvents().filter(({ state }) => state !== 'requested');

    expect(judged({ asked, answer: took(100, 100), events })).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no-phase',
    });
  });
});

describe('a query that is compared with the steady phase', () => {
  const points = (from: number, to: number, value: number): [number, string][] =>
    Array.from({ length: (to - from) / 1000 + 1 }, (_, index) => [from + index * 1000, String(about(value, index))]);
  const asked = objective('as-steady', {
    indicator: { kind: 'query', query: 'q', source: 'prom', stat: 'mean' },
    bound: { op: 'atMost', target: steadyTimes(1.2, 5) },
  });
  const judgedWith = (steady: [number, string][], recovery: [number, string][]) => {
    const tested = plan({ objectives: [asked] });
    const references = [
      ...(steady.length > 0 ? [reference('objective:as-steady@outage:steady', steady)] : []),
      reference('objective:as-steady@outage', recovery),
    ];
    return judge(tested, recordingOf({ plan: tested, references, answer: () => ({}) })).objectives[0]!;
  };

  it('passes within factor and addition', () => {
    expect(judgedWith(points(0, 60_000, 100), points(RECOVERED, 181_000, 120))).toMatchObject({ verdict: 'pass' });
  });

  it('fails beyond them', () => {
    expect(judgedWith(points(0, 60_000, 100), points(RECOVERED, 181_000, 130))).toMatchObject({ verdict: 'fail' });
  });

  it('is inconclusive when the steady phase was not asked for', () => {
    expect(judgedWith([], points(RECOVERED, 181_000, 100))).toMatchObject({
      verdict: 'inconclusive',
      reason: 'reference-missing',
    });
  });

  it('is inconclusive when the steady phase missed a step, of whose mean nothing is then known', () => {
    expect(judgedWith(points(1000, 60_000, 100), points(RECOVERED, 181_000, 100))).toMatchObject({
      verdict: 'inconclusive',
    });
  });
});
