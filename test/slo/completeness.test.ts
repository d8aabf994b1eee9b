import { describe, expect, test } from 'vitest';
import type { Final } from '../../src/slo/model/entry.ts';
import { probe, type World } from './build.ts';
import {
  type Asked,
  CLOSED,
  END,
  events,
  final,
  goals,
  judged,
  life,
  planFor,
  running,
  wholeOf,
} from './what-ended.ts';

describe('the share of what ended whose end is in the stream', () => {
  const cases: Record<string, Asked & { says: object }> = {
    'each end is there': {
      finals: [goals([life('a'), life('b')]), events(['a', 'b', 'c'])],
      says: { verdict: 'pass', reason: 'met', measurement: { low: 1, high: 1, good: 2, bad: 0, missing: 0, seen: 2 } },
    },
    'one is not there: it is named': {
      finals: [goals([life('a'), life('b')]), events(['a'])],
      says: {
        verdict: 'fail',
        text: expect.stringContaining('; not in events: b'),
        notes: ['not in events: b'],
        measurement: { low: 0.5, high: 0.5, good: 1, bad: 1 },
      },
    },
    'a share is enough where the plan says so': {
      finals: [goals([life('a'), life('b')]), events(['a'])],
      share: 0.5,
      says: { verdict: 'pass' },
    },
    'how it ended does not matter': {
      finals: [goals([life('a', 100_000, { outcome: 'bad' })]), events(['a'])],
      says: { verdict: 'pass' },
    },
    'the name is made of several fields': {
      finals: [
        goals([life('goal-a-step-1'), life('goal-a-step-2')]),
        final('events', { ends: [['a', '1']], whole: wholeOf(0, CLOSED) }),
      ],
      key: 'goal-$1-step-$2',
      says: { verdict: 'fail', text: expect.stringContaining('not in events: goal-a-step-2') },
    },
    'the end came late, and is there': {
      finals: [goals([life('a', 60_000)]), events([], wholeOf(0, 90_000)), events(['a'], wholeOf(90_000, CLOSED))],
      says: { verdict: 'pass' },
    },
    'the end is there, and of the rest of the stream nothing is known': {
      finals: [goals([life('a')]), events(['a'], wholeOf(99_000, 99_500))],
      says: { verdict: 'pass' },
    },
    'the stream was not read when the end may have come': {
      finals: [goals([life('a'), life('b')]), events(['a'], wholeOf(0, 99_000))],
      says: {
        verdict: 'inconclusive',
        reason: 'missing-samples',
        text: expect.stringContaining('events cannot tell whether it has the end of b'),
        measurement: { low: 0.5, high: 1, missing: 1 },
      },
    },
    'it began before the stream was read': {
      finals: [goals([life('a')]), events([], wholeOf(95_000, CLOSED))],
      says: { verdict: 'inconclusive', reason: 'missing-samples' },
    },
    'when it began nobody knows': {
      finals: [goals([life('a', 100_000, { within: [null, 100_000] })]), events([])],
      says: { verdict: 'inconclusive', reason: 'missing-samples' },
    },
    'the stream was read in two pieces that join': {
      finals: [goals([life('a')]), events([], wholeOf(0, 95_000)), events([], wholeOf(95_000, CLOSED))],
      says: { verdict: 'fail' },
    },
    'the stream was read in two pieces with a hole between': {
      finals: [goals([life('a')]), events([], wholeOf(0, 95_000)), events([], wholeOf(95_001, CLOSED))],
      says: { verdict: 'inconclusive' },
    },
    'a page of the stream is missing': {
      finals: [goals([life('a'), life('b')]), events(['a'], wholeOf(0, CLOSED, 1, 2))],
      says: { verdict: 'inconclusive', measurement: { low: 0.5, high: 1 } },
    },
    'a page of the workflows is missing': {
      finals: [goals([life('a')], wholeOf(0, END + 200, 1, 2)), events(['a'])],
      says: { verdict: 'inconclusive', text: expect.stringContaining('goals does not account for all that ended') },
    },
    'the workflows are not known to the end of the phase': {
      finals: [goals([life('a')], wholeOf(0, END - 1)), events(['a'])],
      says: { verdict: 'inconclusive', reason: 'missing-samples' },
    },
    'a share of 99% does not pass where any number may be hidden': {
      finals: [goals([life('a')], wholeOf(0, END - 1)), events(['a'])],
      share: 0.99,
      says: { verdict: 'inconclusive' },
    },
    'not all workflows are known, and one end is missing for certain': {
      finals: [goals([life('a'), life('b')], wholeOf(0, END - 1)), events(['a'])],
      says: { verdict: 'fail', text: expect.stringContaining('not in events: b') },
    },
    'of one the name is not known': {
      finals: [
        goals([
          life('a'),
          { id: 'overlooked', seen: [END, END], within: [null, null], outcome: 'unknown', reason: 'too many ran' },
        ]),
        events(['a']),
      ],
      says: { verdict: 'inconclusive', text: expect.stringContaining('too many ran') },
    },
    'two of one name, and one end': {
      finals: [goals([life('a'), life('a', 120_000, { id: 'a/2' })]), events(['a'])],
      says: { verdict: 'inconclusive', reason: 'missing-samples', measurement: { low: 0, high: 1, missing: 2 } },
    },
    'it still ran after the phase': {
      finals: [goals([life('a'), running('b', END + 100)]), events(['a'])],
      says: { verdict: 'pass', measurement: { seen: 1 } },
    },
    'it was listed, and could not be looked at': {
      finals: [goals([life('a'), { ...running('b', END + 100), outcome: 'unknown' }]), events(['a'])],
      says: { verdict: 'inconclusive', measurement: { low: 0.5, high: 1, seen: 1 } },
    },
    'it may have ended since it was last seen': {
      finals: [goals([life('a'), running('b', END - 100)]), events(['a'])],
      says: { verdict: 'inconclusive', text: expect.stringContaining('not certain that these ended in this phase: b') },
    },
    'it was told to run, and later to have ended': {
      finals: [
        goals([running('b', 80_000)], wholeOf(0, 80_000)),
        goals([life('b')], wholeOf(80_000, END + 200)),
        events(['b']),
      ],
      says: { verdict: 'pass', measurement: { seen: 1 } },
    },
    'it was told to have ended, and told once more by one who did not see that': {
      finals: [goals([life('b')]), goals([running('b', 95_000)]), events(['b'])],
      says: { verdict: 'pass', measurement: { seen: 1 } },
    },
    'it ended while the books were closed': {
      finals: [goals([life('a', END + 500)]), events([])],
      says: { verdict: 'fail' },
    },
    'it began after the phase': {
      finals: [
        goals([life('a'), life('b', END + 900, { seen: [END + 200, END + 800], within: [END + 100, END + 900] })]),
        events(['a']),
      ],
      says: { verdict: 'pass', measurement: { seen: 1 } },
    },
    'it was seen only while the books were closed, and may have begun before': {
      finals: [
        goals([life('a'), life('b', END + 900, { seen: [END + 200, END + 800], within: [END - 300, END + 900] })]),
        events(['a']),
      ],
      says: { verdict: 'pass', measurement: { low: 1, high: 1, seen: 1 } },
    },
    'it was seen only while the books were closed, and may have ended before': {
      finals: [
        goals([
          life('a'),
          life('b', END + 100, {
            seen: [END + 100, END + 100],
            within: [END - 900, END + 100],
            ended: [END - 900, END + 100],
          }),
        ]),
        events(['a']),
      ],
      says: { verdict: 'inconclusive', measurement: { low: 0.5, high: 1 } },
    },
    'it was over when the first was seen, and may have been before the phase': {
      finals: [
        goals([life('a'), life('b', 1_300, { seen: [1_300, 1_300], within: [-3_000, 1_300], ended: [-3_000, 1_300] })]),
        events(['a'], wholeOf(700, CLOSED)),
      ],
      says: { verdict: 'inconclusive', measurement: { low: 0.5, high: 1 } },
    },
    'it was over when the first was seen, and was not before the phase': {
      finals: [
        goals([life('a'), life('b', 1_300, { seen: [1_300, 1_300], within: [1_100, 1_300], ended: [1_100, 1_300] })]),
        events(['a']),
      ],
      says: { verdict: 'fail' },
    },
    'what ended in another phase is not of this one': {
      finals: [goals([life('a'), life('b', 50_000)]), events(['a'])],
      phase: 'recovery',
      says: { verdict: 'pass', measurement: { seen: 1 } },
    },
    'whether it ended in this phase is open, and its end is there': {
      finals: [goals([life('a'), life('b', 91_200)]), events(['a', 'b'])],
      phase: 'recovery',
      says: { verdict: 'pass', measurement: { low: 1, high: 1, seen: 1 } },
    },
    'whether it ended in this phase is open, and its end is missing': {
      finals: [goals([life('a'), life('b', 91_200)]), events(['a'])],
      phase: 'recovery',
      says: { verdict: 'inconclusive', reason: 'limit-inside-interval', measurement: { low: 0.5, high: 1 } },
    },
    'nothing ended': {
      finals: [goals([]), events([])],
      says: { verdict: 'inconclusive', reason: 'no-traffic' },
    },
    'less ended than was asked': {
      finals: [goals([life('a')]), events(['a'])],
      atLeastSeen: 2,
      says: { verdict: 'inconclusive', reason: 'too-little-traffic', text: '1 ended in this phase, at least 2 needed' },
    },
    'less ended than was asked, and it is missing': {
      finals: [goals([life('a')]), events([])],
      atLeastSeen: 2,
      says: { verdict: 'fail' },
    },
    'the workflows were not told': {
      finals: [events(['a'])],
      says: { verdict: 'inconclusive', reason: 'no-samples', text: 'goals did not tell what ended' },
    },
    'the stream was not told': {
      finals: [goals([life('a')])],
      says: { verdict: 'inconclusive', reason: 'no-samples', text: 'events did not tell what ended' },
    },
  };

  test.for(Object.entries(cases))('%s', ([, { says, ...asked }]) => {
    expect(judged(asked)).toMatchObject(says);
  });

  test('many that are missing are named in a note, and not all of them', () => {
    const lives = Array.from({ length: 60 }, (_, index) => life(`w${String(index).padStart(2, '0')}`));
    const { text, notes } = judged({ finals: [goals(lives), events([])] });

    expect(text).toContain('not in events: w00, w01, w02 and 57 more');
    expect(notes).toEqual([expect.stringMatching(/^not in events: w00, .*, w49 and 10 more$/)]);
  });

  test('where no name fits, the report asks whether the key is right', () => {
    const { verdict, notes } = judged({ finals: [goals([life('goal-a')]), events(['a'])], key: 'run-$1' });

    expect(verdict).toBe('fail');
    expect(notes.at(-1)).toBe('no name in events fits, such as run-a: is "key" right?');
  });
});

describe('at vantages, clocks decide what is certain', () => {
  const boot = { type: 'vantage' as const, instance: 'i', boot: 'b', slotZero: 0 };
  const far = (told: Final, vantage: string) => ({ ...told, vantage, instance: 'i' });
  const world: Partial<World> = {
    plan: { ...planFor({}), probes: [probe('goals', { at: 'x' }), probe('events', { at: 'y' })] },
    boots: [
      { ...boot, vantage: 'x', clock: [-20, 20] },
      { ...boot, vantage: 'y', clock: [-50, 50] },
    ],
  };
  const lives = [life('a'), life('b')];

  test.for<[sentence: string, from: number, to: number, verdict: string]>([
    ['the stream was read from before it until after it, by both clocks', 89_930, 100_070, 'fail'],
    ['it may have been read until just before it ended', 0, 100_069, 'inconclusive'],
    ['it may have been read from just after it began', 89_931, CLOSED, 'inconclusive'],
  ])('%s', ([, from, to, verdict]) => {
    const told = [far(goals(lives, wholeOf(-100, END + 200)), 'x'), far(events(['a'], wholeOf(from, to)), 'y')];

    expect(judged({ finals: told }, world)).toMatchObject({ verdict });
  });

  test('a vantage that never came up', () => {
    const { verdict, reason } = judged({ finals: [goals(lives)] }, { ...world, boots: world.boots!.slice(0, 1) });

    expect({ verdict, reason }).toEqual({ verdict: 'inconclusive', reason: 'vantage-silent' });
  });

  test('of two places each speaks for what it saw', () => {
    const at = (told: Final, instance: string) => ({ ...told, vantage: 'y', instance });
    const places: Partial<World> = {
      plan: { ...planFor({}), probes: [probe('goals'), probe('events', { at: 'y' })] },
      boots: ['i', 'j'].map((instance) => ({ ...boot, instance, vantage: 'y', clock: [0, 0] })),
    };
    const early = at(events(['a'], wholeOf(0, 95_000)), 'i');
    const late = at(events([], wholeOf(95_000, CLOSED)), 'j');

    expect(judged({ finals: [goals(lives), early, late] }, places), 'neither saw all of it').toMatchObject({
      measurement: { good: 1, missing: 1 },
    });
    expect(judged({ finals: [goals(lives), early, at(events([]), 'j')] }, places)).toMatchObject({
      measurement: { good: 1, bad: 1 },
    });
  });
});
