import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Bound } from '../../src/slo/model/plan.ts';
import { slotStagger } from '../../src/slo/slots.ts';
import { type Answer, atLeast, atMost, BAD, GOOD, objective, plan, probe, recordingOf } from './build.ts';

const INJECTED = 60_500;
const QUIESCED = 181_000;
/** How far into each second the slots of `web` are due. */
const STAGGER = slotStagger(plan().seed, probe('web'));
const LAST_DUE = QUIESCED - 1000 + STAGGER;

function judged(answer: (due: number) => Answer, bound: Bound = atMost(5000), failureThreshold = 1) {
  const indicator = { kind: 'timeToImpact' as const, probe: 'web', successThreshold: 1, failureThreshold };
  const tested = plan({ objectives: [objective('notices', { phase: 'impact', indicator, bound })] });
  return judge(tested, recordingOf({ plan: tested, answer: (_, due) => answer(due) })).objectives[0]!;
}

describe('time to impact', () => {
  it('lies between the last good sample and the first bad one', () => {
    const { measurement } = judged((due) => (due < 70_000 + STAGGER ? GOOD : BAD));

    expect(measurement).toMatchObject({ low: 69_000 + STAGGER - INJECTED, high: 70_005 + STAGGER - INJECTED });
  });

  it('lies beyond the start of the last good sample where there was none, not beyond the end of the phase', () => {
    expect(judged(() => GOOD).measurement).toMatchObject({ low: LAST_DUE - INJECTED, high: null });
    expect(judged(() => GOOD, atLeast(QUIESCED - INJECTED, 'ms', '2m'))).toMatchObject({ verdict: 'inconclusive' });
    expect(judged(() => GOOD, atLeast(LAST_DUE - INJECTED, 'ms', '2m'))).toMatchObject({ verdict: 'pass' });
  });

  it('may lie in missing slots at the end, though they are too few for an outage', () => {
    const { measurement } = judged((due) => (due < 175_000 ? GOOD : undefined), atMost(5000), 20);

    expect(measurement!.low).toBeLessThan(175_000 - INJECTED);
  });

  it('is never a pass for "at most" where the service was never bad', () => {
    expect(judged(() => GOOD, atMost(119_000))).toMatchObject({ verdict: 'fail' });
    expect(judged(() => GOOD, atMost(200_000))).toMatchObject({ verdict: 'inconclusive' });
  });

  it('begins in a missing slot or later where one lies between good and bad', () => {
    const { measurement } = judged((due) => (due < 65_000 ? GOOD : due < 68_000 ? undefined : BAD));

    expect(measurement!.low).toBeLessThan(65_000 - INJECTED);
    expect(measurement!.high).toBeGreaterThan(68_000 - INJECTED);
  });
});
