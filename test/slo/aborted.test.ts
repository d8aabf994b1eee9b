import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { ChaosEvent } from '../../src/slo/model/entry.ts';
import type { Objective, PhaseName } from '../../src/slo/model/plan.ts';
import { type Answer, atLeast, atMost, cleanEvents, experiment, GOOD, objective, plan, recordingOf } from './build.ts';

/** The steps of a run that was told to stop at `at`: removed at once, then over. */
function stoppedAt(at: number, oneShot = false): ChaosEvent[] {
  const before = cleanEvents().filter((event) => event.at < at);
  const removal = ['recovering', 'recovered'] as const;
  const mended = removal.flatMap((state, index): ChaosEvent[] =>
    before.some((event) => event.state === state) || !before.some((event) => event.state === 'requested')
      ? []
      : [{ type: 'chaos', experiment: 'outage', state, at: at + 100 * (index + 1) }],
  );
  const over = (['quiesced', 'ended'] as const).map(
    (state, index): ChaosEvent => ({ type: 'chaos', experiment: 'outage', state, at: at + 300 + 100 * index }),
  );
  const events = [...before, ...mended, ...over];
  return oneShot ? events.map((event) => ({ ...event, oneShot: true })) : events;
}

function judged(at: number, objectives: Objective[], { oneShot = false, answer = () => GOOD as Answer } = {}) {
  const experiments = [experiment('outage', oneShot ? { oneShot, durationMs: 0 } : {})];
  const tested = plan({ experiments, objectives });
  const events = stoppedAt(at, oneShot);
  return judge(tested, recordingOf({ plan: tested, events, answer, end: 'aborted' }));
}

const shares = (['steady', 'fault', 'recovery', 'impact', 'run'] as PhaseName[]).map((phase) =>
  objective(phase, { phase, bound: atLeast(0.5) }),
);
const reasons = (at: number, more = {}) =>
  Object.fromEntries(judged(at, shares, more).objectives.map(({ phase, reason }) => [phase, reason]));

describe('a run that was aborted', () => {
  it('before the request has no phase that ended', () => {
    expect(Object.values(reasons(30_000))).toEqual(Array(5).fill('aborted'));
  });

  it('in the fault leaves the fault undecided, which it ended', () => {
    expect(reasons(70_000)).toEqual({
      steady: 'met',
      fault: 'aborted',
      recovery: 'aborted',
      impact: 'aborted',
      run: 'aborted',
    });
  });

  it('in the recovery leaves the fault as it was judged', () => {
    expect(reasons(120_000)).toMatchObject({ steady: 'met', fault: 'met', recovery: 'aborted' });
  });

  it('while a fault that strikes once was followed leaves it undecided', () => {
    expect(reasons(70_000, { oneShot: true })).toMatchObject({ steady: 'met', fault: 'aborted', recovery: 'aborted' });
  });

  it('never passes, whatever its objectives came to', () => {
    for (const at of [30_000, 70_000, 120_000])
      expect(judged(at, [objective('steady', { phase: 'steady' })]).verdict).toBe('inconclusive');
  });

  it('fails when a count is above its limit already', () => {
    const received = objective('few', {
      phase: 'run',
      indicator: { kind: 'total', probe: 'web', value: 'received' },
      bound: atMost(10, '1'),
    });
    const answer = (_: string, due: number): Answer => ({
      values: { received: 1 },
      covers: [Math.max(0, due - 1000), due],
    });
    const report = judge(
      plan({ objectives: [received] }),
      recordingOf({ plan: plan(), events: stoppedAt(70_000), answer, end: 'aborted' }),
    );

    expect(report.objectives[0]).toMatchObject({ verdict: 'fail', reason: 'missed' });
    expect(report.verdict).toBe('fail');
  });
});
