import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { ChaosEvent, ChaosState } from '../../src/slo/model/entry.ts';
import type { PhaseName } from '../../src/slo/model/plan.ts';
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
  recordingOf,
} from './build.ts';

const downInTheFault = (_: string, due: number): Answer => (due >= 60_500 && due < 91_000 ? BAD : GOOD);
const share = (phase: PhaseName, least = 0.9) => objective(`share-${phase}`, { phase, bound: atLeast(least) });
const recovers = objective('recovers', {
  indicator: { kind: 'timeToRecover', probe: 'web', successThreshold: 3, failureThreshold: 1 },
  bound: atMost(5000),
});
const notices = objective('notices', {
  phase: 'impact',
  indicator: { kind: 'timeToImpact', probe: 'web', successThreshold: 3, failureThreshold: 1 },
  bound: atMost(5000),
});

/** The reasons of all objectives when one event of the first experiment is lost. */
function reasonsWithout(state: ChaosState, objectives = [share('steady'), share('fault', 0), share('recovery')]) {
  const tested = plan({ objectives });
  const events = cleanEvents().filter((event) => event.state !== state);
  const recording = recordingOf({ plan: tested, events, answer: downInTheFault });
  recording.problems.push('line 9 of the timeline is damaged: it is not JSON');
  return judge(tested, recording).objectives.map(({ phase, reason }) => `${phase}: ${reason}`);
}

describe('a recording that lost the line of', () => {
  it('the request does not take the fault for the steady phase', () => {
    expect(reasonsWithout('requested')).toEqual(['steady: recording-cut', 'fault: met', 'recovery: met']);
  });

  it('the request still is judged, without a time that looks back to it', () => {
    expect(reasonsWithout('requested', [recovers, notices])).toEqual(['recovery: no-phase', 'impact: no-phase']);
  });

  it('the injection has no fault and no recovery', () => {
    expect(reasonsWithout('injected')).toEqual(['steady: fault-not-injected', 'fault: no-phase', 'recovery: no-phase']);
  });

  it('the removal does not take the recovery for the fault', () => {
    expect(reasonsWithout('recovering')).toEqual(['steady: met', 'fault: recording-cut', 'recovery: met']);
  });

  it('the end of the fault has no recovery', () => {
    expect(reasonsWithout('recovered')).toEqual(['steady: met', 'fault: met', 'recovery: no-phase']);
  });

  it('the end leaves open what reaches it', () => {
    expect(reasonsWithout('ended')).toEqual(['steady: met', 'fault: met', 'recovery: recording-cut']);
  });

  it('the last slot does not take what comes after the experiment for its recovery', () => {
    const tested = plan({
      experiments: [experiment('outage'), experiment('again')],
      objectives: [share('recovery')],
    });
    const events = [...cleanEvents().filter((event) => event.state !== 'quiesced'), ...cleanEvents('again', 200_000)];
    const answer = (_: string, due: number): Answer => (due > 200_000 ? BAD : GOOD);

    const [first] = judge(tested, recordingOf({ plan: tested, events, answer })).objectives;

    expect(first!.measurement).toMatchObject({ bad: 0 });
    expect(first!.verdict).not.toBe('fail');
  });
});

describe('an experiment with several faults', () => {
  const of = (fault: string, state: ChaosState, at: number): ChaosEvent => ({
    ...cleanEvents().find((event) => event.state === state)!,
    fault,
    at,
  });
  const around = cleanEvents().filter(({ state }) => !['injected', 'recovering', 'recovered'].includes(state));
  const bothIn = [
    of('delay', 'injected', 60_500),
    of('loss', 'injected', 70_000),
    of('delay', 'recovering', 85_000),
    of('delay', 'recovered', 85_500),
  ];
  const judged = (faults: ChaosEvent[]) => {
    const events = [...around, ...faults].sort((a, b) => a.at - b.at);
    const tested = plan({ objectives: [share('recovery'), share('fault', 0)] });
    return judge(tested, recordingOf({ plan: tested, events, answer: () => GOOD }));
  };

  it('recovers when the last of them is gone', () => {
    const { experiments, objectives } = judged([
      ...bothIn,
      of('loss', 'recovering', 90_500),
      of('loss', 'recovered', 91_000),
    ]);

    expect(experiments[0]!.phases).toMatchObject({
      fault: { from: 60_500, to: 90_500 },
      recovery: { from: 91_000, to: 181_000 },
    });
    expect(objectives.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
  });

  it('has no recovery while one of them was not seen to go', () => {
    expect(judged(bothIn).objectives[0]).toMatchObject({ verdict: 'inconclusive', reason: 'no-phase' });
  });

  it('recovers when all of them were removed at once', () => {
    const { fault: _, ...gone } = of('all', 'recovered', 91_000);

    expect(judged([...bothIn.slice(0, 2), of('delay', 'recovering', 90_500), gone]).objectives[0]).toMatchObject({
      verdict: 'pass',
    });
  });
});
