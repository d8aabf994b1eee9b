import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Verdict } from '../../src/slo/model/report.ts';
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
  type World,
} from './build.ts';

const between = (from: number, to: number, inside: Answer, outside: Answer) => (_: string, due: number) =>
  due >= from && due < to ? inside : outside;

const recovers = (limitMs: number) =>
  objective('recovers', {
    indicator: { kind: 'timeToRecover', probe: 'web', successThreshold: 3, failureThreshold: 1 },
    bound: atMost(limitMs),
  });

const cases: Record<string, { world: World; verdict: Verdict; reason: string }> = {
  'a service that is good from the removal on passes': {
    world: { plan: plan(), answer: between(60_500, 91_000, BAD, GOOD) },
    verdict: 'pass',
    reason: 'met',
  },
  'one bad slot fails a share of 100%': {
    world: { plan: plan(), answer: between(120_000, 121_000, BAD, GOOD) },
    verdict: 'fail',
    reason: 'missed',
  },
  'one missing slot leaves a share of 100% undecided': {
    world: { plan: plan(), answer: between(120_000, 121_000, undefined, GOOD) },
    verdict: 'inconclusive',
    reason: 'missing-samples',
  },
  'a gap is a missing slot': {
    world: { plan: plan(), answer: between(120_000, 121_000, { gap: 'overrun' }, GOOD) },
    verdict: 'inconclusive',
    reason: 'missing-samples',
  },
  'a missing slot within the tolerance is forgiven': {
    world: {
      plan: plan({ objectives: [objective('available', { tolerateMissing: 0.02 })] }),
      answer: between(120_000, 121_000, undefined, GOOD),
    },
    verdict: 'pass',
    reason: 'met',
  },
  'missing slots cannot save a share that is lost already': {
    world: {
      plan: plan({ objectives: [objective('available', { bound: atLeast(0.9) })] }),
      answer: (_, due) => (due >= 100_000 && due < 150_000 ? BAD : due >= 150_000 ? undefined : GOOD),
    },
    verdict: 'fail',
    reason: 'missed',
  },
  'no answer at all is inconclusive': {
    world: { plan: plan(), answer: () => undefined },
    verdict: 'inconclusive',
    reason: 'no-samples',
  },
  'only unknown answers are inconclusive': {
    world: { plan: plan(), answer: () => ({ outcome: 'unknown', reason: 'cannot tell' }) },
    verdict: 'inconclusive',
    reason: 'no-samples',
  },
  'recovery well within the limit passes': {
    world: { plan: plan({ objectives: [recovers(30_000)] }), answer: between(60_500, 101_000, BAD, GOOD) },
    verdict: 'pass',
    reason: 'met',
  },
  'recovery well beyond the limit fails': {
    world: { plan: plan({ objectives: [recovers(5000)] }), answer: between(60_500, 101_000, BAD, GOOD) },
    verdict: 'fail',
    reason: 'missed',
  },
  'a relapse moves the recovery later': {
    world: {
      plan: plan({ objectives: [recovers(30_000)] }),
      answer: (_, due) => ((due >= 60_500 && due < 95_000) || (due >= 140_000 && due < 145_000) ? BAD : GOOD),
    },
    verdict: 'fail',
    reason: 'missed',
  },
  'an outage that begins 2 s after the injection is seen': {
    world: { plan: plan({ objectives: [recovers(5000)] }), answer: between(62_500, 120_000, BAD, GOOD) },
    verdict: 'fail',
    reason: 'missed',
  },
  'never bad since the request is not affected': {
    world: { plan: plan({ objectives: [recovers(1)] }), answer: () => GOOD },
    verdict: 'pass',
    reason: 'not-affected',
  },
  'a limit inside the interval is inconclusive': {
    world: { plan: plan({ objectives: [recovers(9400)] }), answer: between(60_500, 100_400, BAD, GOOD) },
    verdict: 'inconclusive',
    reason: 'limit-inside-interval',
  },
  'missing slots around the recovery are inconclusive': {
    world: {
      plan: plan({ objectives: [recovers(9500)] }),
      answer: (_, due) => (due < 60_500 ? GOOD : due < 98_000 ? BAD : due < 105_000 ? undefined : GOOD),
    },
    verdict: 'inconclusive',
    reason: 'missing-samples',
  },
  'not recovered by the end fails a limit that lies before it': {
    world: { plan: plan({ objectives: [recovers(30_000)] }), answer: between(60_500, 999_000, BAD, GOOD) },
    verdict: 'fail',
    reason: 'missed',
  },
  'two good samples at the very end are no recovery': {
    world: { plan: plan({ objectives: [recovers(89_500)] }), answer: between(60_500, 179_000, BAD, GOOD) },
    verdict: 'inconclusive',
    reason: 'limit-inside-interval',
  },
  'a maximum over its limit fails': {
    world: {
      plan: plan({
        objectives: [
          objective('fast', {
            indicator: { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 1 },
            bound: atMost(100),
          }),
        ],
      }),
      answer: between(120_000, 121_000, { values: { latencyMs: 300 } }, GOOD),
    },
    verdict: 'fail',
    reason: 'missed',
  },
  'a maximum with a missing value is undecided': {
    world: {
      plan: plan({
        objectives: [
          objective('fast', {
            indicator: { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 1 },
            bound: atMost(100),
          }),
        ],
      }),
      answer: between(120_000, 121_000, { gap: 'late' }, GOOD),
    },
    verdict: 'inconclusive',
    reason: 'missing-samples',
  },
  'a 99th percentile needs a thousand answers': {
    world: {
      plan: plan({
        objectives: [
          objective('fast', {
            indicator: { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 0.99 },
            bound: atMost(100),
          }),
        ],
      }),
      answer: () => GOOD,
    },
    verdict: 'inconclusive',
    reason: 'too-few-answers',
  },
  'an objective on a phase that never came is inconclusive': {
    world: {
      plan: plan(),
      events: cleanEvents().filter((event) => !['injected', 'recovering', 'recovered'].includes(event.state)),
      answer: () => GOOD,
    },
    verdict: 'inconclusive',
    reason: 'no-phase',
  },
  'a fault that was not proven takes a pass back': {
    world: { plan: plan(), events: cleanEvents().map(({ evidence: _, ...event }) => event), answer: () => GOOD },
    verdict: 'inconclusive',
    reason: 'fault-not-proven',
  },
  'evidence that does not hold refutes the fault': {
    world: {
      plan: plan(),
      events: cleanEvents().map((event) =>
        event.state === 'recovering'
          ? { ...event, evidence: [{ of: 'mechanism', holds: false, text: 'gone' }] }
          : event,
      ),
      answer: () => GOOD,
    },
    verdict: 'inconclusive',
    reason: 'fault-not-proven',
  },
  'a fail stays a fail though the fault was not proven': {
    world: { plan: plan(), events: cleanEvents().map(({ evidence: _, ...event }) => event), answer: () => BAD },
    verdict: 'fail',
    reason: 'missed',
  },
  'an aborted run never passes': {
    world: { plan: plan(), answer: () => GOOD, end: 'aborted' },
    verdict: 'inconclusive',
    reason: 'aborted',
  },
  'a recovery phase shorter than planned is inconclusive': {
    world: {
      plan: plan(),
      events: cleanEvents().map((event) => (event.state === 'quiesced' ? { ...event, at: 120_000 } : event)),
      answer: () => GOOD,
    },
    verdict: 'inconclusive',
    reason: 'phase-cut-short',
  },
};

describe('judge', () => {
  for (const [sentence, { world, verdict, reason }] of Object.entries(cases))
    it(sentence, () => {
      const report = judge(world.plan, recordingOf(world));
      const [result] = report.objectives;

      expect({ verdict: result!.verdict, reason: result!.reason }, result!.text).toEqual({ verdict, reason });
      expect(report.verdict).toBe(verdict);
    });

  it('names the probe interval that would decide a limit inside the interval', () => {
    const world = cases['a limit inside the interval is inconclusive']!.world;

    const [result] = judge(world.plan, recordingOf(world)).objectives;

    expect(result!.text).toMatch(/a probe interval of at most \d+ms would decide it/);
  });

  it('gives a plan without critical objectives no pass', () => {
    const world: World = {
      plan: plan({ objectives: [objective('soft', { severity: 'warning' })] }),
      answer: () => GOOD,
    };

    expect(judge(world.plan, recordingOf(world)).verdict).toBe('inconclusive');
  });

  it('gives a recording without its end no pass', () => {
    const world: World = { plan: plan(), answer: () => GOOD, end: 'none' };

    expect(judge(world.plan, recordingOf(world))).toMatchObject({
      verdict: 'inconclusive',
      cut: 'the recording ends before the run did',
    });
  });
});

describe('counts', () => {
  const noLoss = objective('no-loss', {
    phase: 'run',
    indicator: { kind: 'total', probe: 'web', value: 'lost' },
    bound: atMost(0, '1'),
    atLeastSeen: 50,
  });
  const counting =
    (received: number) =>
    (_: string, due: number): Answer => ({
      values: { received },
      covers: [Math.max(0, due - 1000), due],
    });
  const drained = (lost: number) => [
    {
      type: 'final' as const,
      probe: 'web',
      vantage: 'runner',
      covers: [0, 181_500] as [number, number],
      values: { lost, received: 0 },
    },
  ];
  const verdictOf = (world: World) => {
    const [result] = judge(world.plan, recordingOf(world)).objectives;
    return { verdict: result!.verdict, reason: result!.reason };
  };
  const countPlan = plan({ objectives: [noLoss] });

  it('passes when the drain counted no loss and traffic was seen', () => {
    expect(verdictOf({ plan: countPlan, answer: counting(3), finals: drained(0) })).toEqual({
      verdict: 'pass',
      reason: 'met',
    });
  });

  it('fails when the drain counted a loss', () => {
    expect(verdictOf({ plan: countPlan, answer: counting(3), finals: drained(2) })).toEqual({
      verdict: 'fail',
      reason: 'missed',
    });
  });

  it('is inconclusive without traffic', () => {
    expect(verdictOf({ plan: countPlan, answer: counting(0), finals: drained(0) })).toEqual({
      verdict: 'inconclusive',
      reason: 'no-traffic',
    });
  });

  it('is inconclusive without the drain', () => {
    expect(verdictOf({ plan: countPlan, answer: counting(3) })).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no-samples',
    });
  });

  it('is inconclusive when the covers leave a hole', () => {
    const finals = [
      {
        type: 'final' as const,
        probe: 'web',
        vantage: 'runner',
        covers: [0, 100_000] as [number, number],
        values: { lost: 0 },
      },
    ];

    expect(verdictOf({ plan: countPlan, answer: counting(3), finals })).toEqual({
      verdict: 'inconclusive',
      reason: 'hole-in-counts',
    });
  });
});

describe('one-shot faults', () => {
  it('count the recovery from the injection', () => {
    const events = cleanEvents().map((event) => ({ ...event, oneShot: true as const }));
    const oneShot = plan({
      experiments: [experiment('outage', { oneShot: true, durationMs: 0 })],
      objectives: [recovers(50_000)],
    });

    const [result] = judge(
      oneShot,
      recordingOf({ plan: oneShot, events, answer: between(60_500, 100_500, BAD, GOOD) }),
    ).objectives;

    expect(result!.verdict).toBe('pass');
    expect(result!.measurement!.low).toBeGreaterThan(38_000);
    expect(result!.measurement!.high).toBeLessThan(42_000);
  });
});

describe('an address that looks like a range vector', () => {
  it('is not taken for one', () => {
    const odd = plan({ probes: [probe('web', { instrument: 'tcp://[240d:c000::1]:5557 [5m]' })] });

    expect(judge(odd, recordingOf({ plan: odd, answer: () => GOOD })).verdict).toBe('pass');
  });
});

describe('uncertain boundaries', () => {
  it('leave slots inside the span out of both neighbours', () => {
    const events = cleanEvents().map((event) =>
      event.state === 'recovered' ? { ...event, at: 100_000, notBefore: 91_000 } : event,
    );
    const world: World = { plan: plan(), events, answer: between(91_000, 100_000, BAD, GOOD) };

    const [result] = judge(
      world.plan,
      recordingOf({
        ...world,
        plan: plan({
          experiments: [experiment('outage', { phases: { steadyMs: 60_000, recoveryMs: 80_000, settleMs: 0 } })],
        }),
      }),
    ).objectives;

    expect(result!.measurement!.bad).toBe(0);
  });
});

describe('samples under way when the fault is requested', () => {
  const slow = probe('web', { intervalMs: 1000, timeoutMs: 5000 });
  const steady = plan({ probes: [slow], objectives: [objective('steady', { phase: 'steady' })] });
  const judged = (answer: World['answer']) => judge(steady, recordingOf({ plan: steady, answer })).objectives[0]!;

  it('say nothing about the steady state, whatever they said', () => {
    const result = judged((_, due) => (due >= 57_000 && due < 60_000 ? { ...BAD, ended: due + 5000 } : GOOD));

    expect(result).toMatchObject({ verdict: 'pass', measurement: { bad: 0, missing: 0 } });
  });

  it('count where they ended before it', () => {
    const result = judged((_, due) => (due >= 50_000 && due < 51_000 ? { ...BAD, ended: due + 5000 } : GOOD));

    expect(result).toMatchObject({ verdict: 'fail', measurement: { bad: 1 } });
  });

  it('are missing where nothing was recorded of them', () => {
    expect(judged((_, due) => (due >= 58_000 && due < 59_000 ? undefined : GOOD))).toMatchObject({
      verdict: 'inconclusive',
      measurement: { missing: 1 },
    });
  });
});

describe('overlapping samples of a hanging service', () => {
  it('belong to the phase in which they were due', () => {
    const slow = probe('web', { intervalMs: 1000, timeoutMs: 5000 });
    const world: World = {
      plan: plan({ probes: [slow] }),
      answer: (_, due) => (due >= 87_000 && due < 91_000 ? { ...BAD, ended: due + 5000 } : GOOD),
    };

    expect(judge(world.plan, recordingOf(world)).verdict).toBe('pass');
  });
});
