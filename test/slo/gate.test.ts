import { describe, expect, it } from 'vitest';
import { decideGate } from '../../src/slo/gate.ts';
import type { ChaosEvent, Entry, Evidence } from '../../src/slo/model/entry.ts';
import type { Objective, Plan } from '../../src/slo/model/plan.ts';
import { Recording } from '../../src/slo/recording.ts';
import { slotDue } from '../../src/slo/slots.ts';
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
  reference,
  timelineOf,
} from './build.ts';

const NOW = 60_000;
const SECOND_FROM = 200_000;
const SECOND_NOW = SECOND_FROM + NOW;

const up = objective('up-before', { phase: 'steady' });
const recovers = objective('recovers', {
  indicator: { kind: 'timeToRecover', probe: 'web', successThreshold: 3, failureThreshold: 1 },
  bound: atMost(5000),
});
const lastDue = slotDue(plan().seed, probe('web'), 0, 59);

/** What is known at the gate: the steady phase up to now. */
function atFirstGate(objectives: Objective[], answer: (due: number) => Answer, more: Partial<Plan> = {}) {
  const tested = plan({ objectives, ...more });
  return decideGate(tested, Recording.of(known(tested, [started('outage', 0)], answer, NOW)), 'outage', NOW);
}

/** The same at the second experiment, after a whole first one. */
function atSecondGate(objectives: Objective[], answer: (due: number) => Answer, first: ChaosEvent[] = cleanEvents()) {
  const tested = plan({ objectives, experiments: [experiment('outage'), experiment('again')] });
  const events = [...first, started('again', SECOND_FROM)];
  return decideGate(tested, Recording.of(known(tested, events, answer, SECOND_NOW)), 'again', SECOND_NOW);
}

function started(name: string, at: number): ChaosEvent {
  return { type: 'chaos', experiment: name, state: 'started', at };
}

/** `timelineOf` probes until an experiment's last event, so it is given one at the gate's moment that is then left out. */
function known(tested: Plan, events: ChaosEvent[], answer: (due: number) => Answer, now: number): Entry[] {
  const name = events.at(-1)!.experiment;
  const marker: ChaosEvent = { type: 'chaos', experiment: name, state: 'requested', at: now };
  return timelineOf({
    plan: tested,
    events: [...events, marker],
    answer: (_, due) => answer(due),
    end: 'none',
  }).filter((entry) => entry.type !== 'chaos' || entry.state !== 'requested' || entry.at !== now);
}

const goodUntil = (end: number, then: Answer) => (due: number) => (due < end ? GOOD : then);

describe('the gate of the first experiment', () => {
  it('opens when the steady objective passes', () => {
    expect(atFirstGate([up], () => GOOD)).toEqual({ open: true });
  });

  it('stays closed when it fails, and says why', () => {
    expect(atFirstGate([up], (due) => (due > 10_000 && due < 11_000 ? BAD : GOOD))).toEqual({
      open: false,
      reason: 'the steady objective up-before did not pass: 98.33%, at least 100% asked; mostly: refused',
    });
  });

  const closed: Record<string, (due: number) => Answer> = {
    'nothing was answered': () => undefined,
    'a slot in the middle is missing': (due) => (due > 10_000 && due < 11_000 ? undefined : GOOD),
    'a slot in the middle is a gap': (due) => (due > 10_000 && due < 11_000 ? { gap: 'overrun' } : GOOD),
    'the last slot is a gap, however short ago it was due': goodUntil(lastDue, { gap: 'overrun' }),
    'the last slot is bad': goodUntil(lastDue, BAD),
    'the last answers could not tell': goodUntil(lastDue, { outcome: 'unknown' }),
  };
  for (const [sentence, answer] of Object.entries(closed))
    it(`stays closed when ${sentence}`, () => {
      expect(atFirstGate([up], answer).open).toBe(false);
    });

  it('does not wait for a sample that is under way and may still be answered', () => {
    const patient = { probes: [probe('web', { timeoutMs: NOW - lastDue + 1 })] };

    expect(atFirstGate([up], goodUntil(lastDue, undefined), patient)).toEqual({ open: true });
  });

  it('knows a sample as missing whose deadline has passed', () => {
    const impatient = { probes: [probe('web', { timeoutMs: NOW - lastDue - 1 })] };

    expect(atFirstGate([up], goodUntil(lastDue, undefined), impatient).open).toBe(false);
  });

  it('asks nothing of objectives that only warn', () => {
    expect(atFirstGate([{ ...up, severity: 'warning' }], () => BAD)).toEqual({ open: true });
  });

  it('asks nothing of objectives of other phases', () => {
    expect(atFirstGate([recovers, objective('run', { phase: 'run' })], () => BAD)).toEqual({ open: true });
  });

  it('asks nothing of objectives of other experiments', () => {
    expect(atFirstGate([{ ...up, experiments: ['another'] }], () => BAD)).toEqual({ open: true });
  });

  it('stays closed when a steady query has no answer', () => {
    const query = objective('few-errors', {
      phase: 'steady',
      indicator: { kind: 'query', query: 'errors', source: 'prom', stat: 'max' },
      bound: atMost(1, '1'),
    });

    expect(atFirstGate([query], () => GOOD)).toMatchObject({
      open: false,
      reason: expect.stringContaining('holds no answer'),
    });
  });

  it('opens on a steady query whose points reach up to now', () => {
    const query = objective('few-errors', {
      phase: 'steady',
      indicator: { kind: 'query', query: 'errors', source: 'prom', stat: 'max' },
      bound: atMost(1, '1'),
    });
    const tested = plan({ objectives: [query] });
    const points = Array.from({ length: 62 }, (_, index): [number, string] => [index * 1000, index > 60 ? '9' : '0']);
    const entries = [
      ...known(tested, [started('outage', 0)], () => GOOD, NOW),
      reference('objective:few-errors@outage', points, { query: 'errors' }),
    ];

    expect(decideGate(tested, Recording.of(entries), 'outage', NOW)).toEqual({ open: true });
  });

  it('stays closed for an experiment that the plan does not have', () => {
    expect(decideGate(plan(), new Recording(), 'nobody', NOW).open).toBe(false);
  });
});

describe('the gate of a step', () => {
  const INJECTED: Evidence = { of: 'mechanism', text: 'it bites', holds: true };
  const second = { ...experiment('again'), step: { of: 'cpu', share: 0.5, after: 'outage' } };
  const calm = objective('calm', { phase: 'fault', bound: atLeast(0.9) });

  function atSecondStep(objectives: Objective[], evidence: Evidence[], answer: (due: number) => Answer = () => GOOD) {
    const first = { ...experiment('outage'), step: { of: 'cpu', share: 0.25 } };
    const tested = plan({ objectives, experiments: [first, second] });
    const before = cleanEvents().map((event) => (event.evidence ? { ...event, evidence } : event));
    const entries = known(tested, [...before, started('again', SECOND_FROM)], answer, SECOND_NOW);
    return decideGate(tested, Recording.of(entries), 'again', SECOND_NOW);
  }

  it('opens when the step before passed as a whole', () => {
    expect(atSecondStep([up, recovers, calm], [INJECTED])).toEqual({ open: true });
  });

  it('stays closed when the step before failed in another phase than its recovery', () => {
    const sickMeanwhile = (due: number): Answer => (due >= 60_500 && due < 91_000 ? BAD : GOOD);

    expect(atSecondStep([up, recovers, calm], [INJECTED], sickMeanwhile)).toEqual({
      open: false,
      reason: expect.stringMatching(/^the step before, outage, did not pass: calm: /),
    });
  });

  it('stays closed when the fault of the step before was not proven', () => {
    expect(atSecondStep([up, calm], [])).toMatchObject({ open: false });
    expect(atSecondStep([up, calm], [{ ...INJECTED, holds: false }])).toMatchObject({ open: false });
  });

  it('asks nothing of what only warns', () => {
    const hopeless = objective('hopeless', { phase: 'fault', severity: 'warning', bound: atMost(0) });

    expect(atSecondStep([up, calm, hopeless], [INJECTED])).toEqual({ open: true });
  });
});

describe('the gate of a later experiment', () => {
  const healthy = (due: number): Answer => (due >= 60_500 && due < 91_000 ? BAD : GOOD);

  it('opens when the one before has recovered', () => {
    expect(atSecondGate([up, recovers], healthy)).toEqual({ open: true });
  });

  it('stays closed when the one before has not recovered, though all is well by now', () => {
    const slow = (due: number): Answer => (due >= 60_500 && due < 120_000 ? BAD : GOOD);

    expect(atSecondGate([up, recovers], slow)).toMatchObject({
      open: false,
      reason: expect.stringMatching(/^the recovery objective of outage, recovers did not pass: /),
    });
  });

  it('stays closed when the recovery of the one before is undecided', () => {
    const silent = (due: number): Answer => (due >= 91_000 && due < 100_000 ? undefined : healthy(due));

    expect(atSecondGate([up, recovers], silent).open).toBe(false);
  });

  it('stays closed when the one before never had its recovery', () => {
    const events = cleanEvents().filter(({ state }) => state !== 'recovered');

    expect(atSecondGate([recovers], healthy, events).open).toBe(false);
  });

  it('stays closed when its own steady phase is sick', () => {
    const sick = (due: number): Answer => (due >= SECOND_FROM ? BAD : healthy(due));

    expect(atSecondGate([up, recovers], sick)).toMatchObject({
      open: false,
      reason: expect.stringContaining('the steady objective up-before'),
    });
  });

  it('asks nothing of a recovery that only warns', () => {
    expect(atSecondGate([up, { ...recovers, severity: 'warning', bound: atMost(0) }], healthy)).toEqual({ open: true });
  });

  it('asks for what speaks of the experiment before, not of itself', () => {
    const own = { ...recovers, experiments: ['again'], bound: atMost(0) };

    expect(atSecondGate([up, own, objective('after', { bound: atLeast(0.5) })], healthy)).toEqual({ open: true });
  });
});
