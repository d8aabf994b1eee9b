import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { ChaosEvent } from '../../src/slo/model/entry.ts';
import type { ProbeSpec } from '../../src/slo/model/plan.ts';
import { slotStagger } from '../../src/slo/slots.ts';
import {
  type Answer,
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

const STAGGER = slotStagger(plan().seed, probe('web'));
const RECOVERED = 91_000;

interface World {
  answer: (due: number) => Answer;
  limitMs?: number;
  web?: Partial<ProbeSpec>;
  events?: ChaosEvent[];
  failureThreshold?: number;
  successThreshold?: number;
}

function judged(world: World) {
  const { answer, limitMs = 5000, web = {}, events = cleanEvents() } = world;
  const { failureThreshold = 1, successThreshold = 3 } = world;
  const indicator = { kind: 'timeToRecover' as const, probe: 'web', successThreshold, failureThreshold };
  const oneShot = events.some((event) => event.oneShot);
  const tested = plan({
    probes: [probe('web', web)],
    experiments: [experiment('outage', oneShot ? { oneShot, durationMs: 0 } : {})],
    objectives: [objective('recovers', { indicator, bound: atMost(limitMs) })],
  });
  return judge(tested, recordingOf({ plan: tested, events, answer: (_, due) => answer(due) })).objectives[0]!;
}

/** Bad from the injection to a slot, whose number counts seconds from 0. */
const badUntil =
  (second: number, bad: (due: number) => Answer = () => BAD) =>
  (due: number) =>
    due >= 60_500 && due < second * 1000 ? bad(due) : GOOD;
/** A slot's due by its second. */
const due = (second: number) => second * 1000 + STAGGER;

const bounds: Record<string, [world: World, low: number, high: number | null]> = {
  'from the start of the last bad sample to the end of the first good one': [
    { answer: badUntil(95) },
    due(94) - RECOVERED,
    due(95) + 5 - RECOVERED,
  ],
  'a bad sample that hangs counts from its start': [
    { web: { timeoutMs: 4000 }, answer: badUntil(95, (at) => ({ ...BAD, ended: at + 4000 })) },
    due(94) - RECOVERED,
    due(95) + 5 - RECOVERED,
  ],
  'of overlapping good samples the first to end counts': [
    {
      web: { timeoutMs: 4000 },
      answer: (at) => (at === due(95) ? { ...GOOD, ended: at + 3900 } : badUntil(95)(at)),
    },
    due(94) - RECOVERED,
    due(96) + 5 - RECOVERED,
  ],
  'a sample that was due before the removal and hangs beyond it lies before it': [
    { web: { timeoutMs: 4000 }, answer: badUntil(91, (at) => ({ ...BAD, ended: at + 4000 })) },
    0,
    due(91) + 5 - RECOVERED,
  ],
  'a removal known to within a span widens both bounds': [
    {
      answer: badUntil(95),
      events: cleanEvents().map((event) => (event.state === 'recovered' ? { ...event, notBefore: 90_600 } : event)),
    },
    due(94) - RECOVERED,
    due(95) + 5 - 90_600,
  ],
  'of a fault that strikes once it runs from the injection': [
    { answer: badUntil(95), events: cleanEvents().map((event) => ({ ...event, oneShot: true })) },
    due(94) - 60_500,
    due(95) + 5 - 60_500,
  ],
  'too few good samples at the end are no stretch': [{ answer: badUntil(179) }, due(178) - RECOVERED, null],
  'as many as asked for are one': [{ answer: badUntil(178) }, due(177) - RECOVERED, due(178) + 5 - RECOVERED],
  'a missing slot at the end may break the stretch': [
    { answer: (at) => (at === due(180) ? undefined : badUntil(95)(at)) },
    due(94) - RECOVERED,
    null,
  ],
  'a query that looks back has seen the bad as long before': [
    { web: { promql: 'rate(x[2s])' }, answer: badUntil(95) },
    due(94) - 2000 - RECOVERED,
    due(95) + 5 - RECOVERED,
  ],
  'fewer bad ones in a row than the threshold do not move it': [
    { failureThreshold: 3, answer: (at) => (at === due(120) || at === due(121) ? BAD : badUntil(95)(at)) },
    due(94) - RECOVERED,
    due(95) + 5 - RECOVERED,
  ],
  'as many as the threshold move it': [
    { failureThreshold: 2, answer: (at) => (at === due(120) || at === due(121) ? BAD : badUntil(95)(at)) },
    due(121) - RECOVERED,
    due(122) + 5 - RECOVERED,
  ],
};

describe('the time to recover', () => {
  for (const [sentence, [world, low, high]] of Object.entries(bounds))
    it(sentence, () => expect(judged(world).measurement).toMatchObject({ low: Math.max(0, low), high }));

  it('equal to the limit passes, and one above it does not', () => {
    const high = due(95) + 5 - RECOVERED;

    expect(judged({ answer: badUntil(95), limitMs: high }).verdict).toBe('pass');
    expect(judged({ answer: badUntil(95), limitMs: high - 1 }).verdict).toBe('inconclusive');
  });

  it('whose least is the limit is undecided, and below it a fail', () => {
    const low = due(94) - RECOVERED;

    expect(judged({ answer: badUntil(95), limitMs: low }).verdict).toBe('inconclusive');
    expect(judged({ answer: badUntil(95), limitMs: low - 1 }).verdict).toBe('fail');
  });

  it('needs a slot in the recovery phase, however good the service was before', () => {
    const rare = { intervalMs: 100_000, timeoutMs: 500 };
    const events = cleanEvents().map((event) =>
      ['quiesced', 'ended'].includes(event.state) ? { ...event, at: event.at - 40_000 } : event,
    );

    expect(judged({ web: rare, events, answer: () => GOOD, successThreshold: 1 })).toMatchObject({
      verdict: 'inconclusive',
    });
  });

  it('is not said to be that of an unaffected service when a slot is missing', () => {
    const silent = judged({ answer: (at) => (at === due(70) ? undefined : GOOD) });

    expect(silent.reason).not.toBe('not-affected');
  });
});
