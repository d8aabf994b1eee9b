import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { ChaosEvent } from '../../src/slo/model/entry.ts';
import type { Objective, Severity } from '../../src/slo/model/plan.ts';
import type { Verdict } from '../../src/slo/model/report.ts';
import { type Answer, atLeast, cleanEvents, experiment, objective, plan, recordingOf, type World } from './build.ts';

/** Of ten slots in the recovery one is bad and one is missing: each objective's limit decides what it comes to. */
const answer = (_: string, due: number): Answer => {
  const digit = Math.floor(due / 1000) % 10;
  if (due < 91_000 || digit > 1) return { outcome: 'good' };
  return digit === 0 ? { outcome: 'bad' } : undefined;
};
const LIMITS: Record<Verdict, number> = { pass: 0.8, inconclusive: 0.85, fail: 0.95 };

const asked = (verdict: Verdict, severity: Severity): Objective =>
  objective(`${severity}-${verdict}`, { severity, bound: atLeast(LIMITS[verdict]) });

function judged(objectives: Objective[], more: Partial<World> = {}) {
  const tested = plan({ objectives });
  return judge(tested, recordingOf({ plan: tested, answer, ...more }));
}

const leftBehind: ChaosEvent[] = cleanEvents().flatMap((event) =>
  event.state === 'quiesced'
    ? [{ type: 'chaos', experiment: 'outage', at: event.at - 1, state: 'left-behind', reason: 'no answer' }, event]
    : [event],
);

const cases: Record<string, [objectives: [Verdict, Severity][], more: Partial<World>, overall: Verdict]> = {
  'all critical ones pass': [
    [
      ['pass', 'critical'],
      ['pass', 'critical'],
    ],
    {},
    'pass',
  ],
  'a warning that fails does not decide': [
    [
      ['pass', 'critical'],
      ['fail', 'warning'],
    ],
    {},
    'pass',
  ],
  'a warning that is inconclusive does not decide': [
    [
      ['pass', 'critical'],
      ['inconclusive', 'warning'],
    ],
    {},
    'pass',
  ],
  'one critical inconclusive is enough': [
    [
      ['pass', 'critical'],
      ['inconclusive', 'critical'],
    ],
    {},
    'inconclusive',
  ],
  'one critical fail is enough': [
    [
      ['pass', 'critical'],
      ['fail', 'critical'],
    ],
    {},
    'fail',
  ],
  'a fail outweighs an inconclusive': [
    [
      ['inconclusive', 'critical'],
      ['fail', 'critical'],
    ],
    {},
    'fail',
  ],
  'a warning that fails makes no inconclusive a fail': [
    [
      ['inconclusive', 'critical'],
      ['fail', 'warning'],
    ],
    {},
    'inconclusive',
  ],
  'warnings alone decide nothing, though they pass': [[['pass', 'warning']], {}, 'inconclusive'],
  'warnings alone decide nothing, though they fail': [[['fail', 'warning']], {}, 'inconclusive'],
  'no objective at all decides nothing': [[], {}, 'inconclusive'],
  'a fault that may still be there is no pass': [[['pass', 'critical']], { events: leftBehind }, 'inconclusive'],
  'a fault that may still be there hides no fail': [[['fail', 'critical']], { events: leftBehind }, 'fail'],
  'a recording without its end is no pass': [[['pass', 'critical']], { end: 'none' }, 'inconclusive'],
  'a recording without its end hides no fail': [[['fail', 'critical']], { end: 'none' }, 'fail'],
  'an aborted run is no pass': [[['pass', 'critical']], { end: 'aborted' }, 'inconclusive'],
};

describe('the verdict of a run', () => {
  for (const [sentence, [objectives, more, overall]] of Object.entries(cases))
    it(sentence, () => {
      const report = judged(
        objectives.map(([verdict, severity]) => asked(verdict, severity)),
        more,
      );

      expect(report.verdict, report.summary).toBe(overall);
      expect(report.summary.startsWith(`${overall}: `)).toBe(true);
    });

  it('names the objective that decided it, not a warning before it', () => {
    const report = judged([asked('fail', 'warning'), asked('inconclusive', 'critical'), asked('fail', 'critical')]);

    expect(report.summary).toMatch(/^fail: critical-fail of outage: /);
    expect(report.objectives.map(({ severity, verdict }) => `${severity} ${verdict}`)).toEqual([
      'warning fail',
      'critical inconclusive',
      'critical fail',
    ]);
  });

  it('is the worst over all experiments', () => {
    const tested = plan({
      experiments: [experiment('outage'), experiment('again')],
      objectives: [asked('pass', 'critical')],
    });
    const events = [...cleanEvents(), ...cleanEvents('again', 200_000)];
    const worse = (probe: string, due: number): Answer => (due > 291_000 ? { outcome: 'bad' } : answer(probe, due));

    expect(judge(tested, recordingOf({ plan: tested, events, answer })).verdict).toBe('pass');
    expect(judge(tested, recordingOf({ plan: tested, events, answer: worse })).verdict).toBe('fail');
  });

  it('is inconclusive when one of the experiments was never run', () => {
    const tested = plan({
      experiments: [experiment('outage'), experiment('again')],
      objectives: [asked('pass', 'critical')],
    });

    expect(judge(tested, recordingOf({ plan: tested, answer }))).toMatchObject({
      verdict: 'inconclusive',
      experiments: [{ status: 'ran' }, { status: 'not-run' }],
    });
  });
});

it('an experiment that did not come about leaves the run undecided, though no objective speaks of it', () => {
  const tested = plan({
    experiments: [experiment('outage'), experiment('idle')],
    objectives: [objective('available', { experiments: ['outage'], bound: atLeast(0.5) })],
  });
  const failed: ChaosEvent[] = [
    { type: 'chaos', experiment: 'idle', at: 183_000, state: 'started' },
    { type: 'chaos', experiment: 'idle', at: 243_000, state: 'requested' },
    { type: 'chaos', experiment: 'idle', at: 243_100, state: 'failed', reason: 'no such proxy' },
    { type: 'chaos', experiment: 'idle', at: 243_200, state: 'quiesced' },
    { type: 'chaos', experiment: 'idle', at: 243_300, state: 'ended' },
  ];

  const report = judge(tested, recordingOf({ plan: tested, answer, events: [...cleanEvents(), ...failed] }));

  expect(report.objectives.map(({ verdict }) => verdict)).toEqual(['pass']);
  expect(report).toMatchObject({
    verdict: 'inconclusive',
    summary: 'inconclusive: idle did not come about: no such proxy',
  });
});
