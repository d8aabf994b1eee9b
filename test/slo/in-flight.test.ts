import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureInFlight } from '../../src/slo/indicators/in-flight.ts';
import { judge } from '../../src/slo/judge.ts';
import type { Final, Life, Outcome } from '../../src/slo/model/entry.ts';
import { atLeast, objective, plan, probe, recordingOf, type World } from './build.ts';

/** The fault of the clean events struck here, and no slot fell due from the end on. */
const [STRUCK, END] = [60_500, 181_000];

function life(id: string, outcome: Outcome, more: Partial<Life> = {}): Life {
  const ended = outcome === 'good' ? 100_000 : null;
  return { id, seen: [50_000, 80_000], within: [40_000, ended], outcome, ...more };
}

function final(lives: Life[], covers: [number, number] = [0, END + 500]): Final {
  return { type: 'final', probe: 'web', vantage: 'runner', covers, values: {}, lives };
}

/** Seen before the fault and no more: it may have ended by then. */
const perhaps = (id: string, outcome: Outcome) =>
  life(id, outcome, { seen: [50_000, 60_000], within: [40_000, outcome === 'good' ? 61_000 : null] });

function judged(finals: Final[], more: { atLeastSeen?: number; share?: number; world?: Partial<World> } = {}) {
  const { atLeastSeen, share = 1, world } = more;
  const asked = objective('in-flight', {
    phase: 'impact',
    indicator: { kind: 'inFlight', probe: 'web' },
    bound: atLeast(share),
    ...(atLeastSeen !== undefined && { atLeastSeen }),
  });
  const tested = plan({ objectives: [asked], ...world?.plan });
  return judge(tested, recordingOf({ answer: () => ({}), ...world, plan: tested, finals })).objectives[0]!;
}

describe('what was in flight when the fault struck', () => {
  const cases: Record<string, { finals: Final[]; says: object; atLeastSeen?: number; share?: number }> = {
    'all of it ended well': {
      finals: [final([life('a', 'good'), life('b', 'good')])],
      says: { verdict: 'pass', reason: 'met', measurement: { low: 1, high: 1, good: 2, bad: 0, missing: 0, seen: 2 } },
    },
    'one of it ended badly': {
      finals: [final([life('a', 'good'), life('b', 'bad', { reason: 'it is still running' })])],
      says: {
        verdict: 'fail',
        text: expect.stringContaining('mostly: it is still running'),
        measurement: { low: 0.5, high: 0.5, bad: 1 },
      },
    },
    'a share is enough where the plan says so': {
      finals: [final([life('a', 'good'), life('b', 'bad')])],
      share: 0.5,
      says: { verdict: 'pass' },
    },
    'what became of one could not be learnt': {
      finals: [final([life('a', 'good'), life('b', 'unknown')])],
      says: {
        verdict: 'inconclusive',
        reason: 'missing-samples',
        text: expect.stringContaining('what became of 1 could not be learnt'),
        measurement: { low: 0.5, high: 1, missing: 1 },
      },
    },
    'fewer than asked were in flight': {
      finals: [final([life('a', 'good'), life('b', 'good')])],
      atLeastSeen: 3,
      says: { verdict: 'inconclusive', reason: 'too-little-traffic', text: expect.stringContaining('2 in flight') },
    },
    'few in flight, and one of them ended badly: what was seen was seen': {
      finals: [final([life('a', 'bad')])],
      atLeastSeen: 3,
      says: { verdict: 'fail' },
    },
    'nothing was': { finals: [final([])], says: { verdict: 'inconclusive', reason: 'no-traffic' } },
    'it had ended before, or began after': {
      finals: [
        final([
          life('before', 'bad', { seen: [40_000, 50_000], within: [30_000, 55_000] }),
          life('after', 'bad', { seen: [70_000, 80_000], within: [61_000, null] }),
        ]),
      ],
      says: { verdict: 'inconclusive', reason: 'no-traffic' },
    },
    'it may have ended just before, and well': {
      finals: [final([life('a', 'good'), perhaps('b', 'good')])],
      says: { verdict: 'pass', measurement: { low: 1, high: 1, seen: 1 } },
    },
    'it may have ended just before, and badly': {
      finals: [final([life('a', 'good'), perhaps('b', 'bad')])],
      says: { verdict: 'inconclusive', text: expect.stringContaining('1 more may have been in flight') },
    },
    'all of it only perhaps': {
      finals: [final([perhaps('a', 'good')])],
      says: { verdict: 'inconclusive', reason: 'no-traffic', text: expect.stringContaining('1 may have been') },
    },
    'the drain brought nothing': { finals: [], says: { verdict: 'inconclusive', reason: 'no-samples' } },
    'it was drained twice: the later word counts': {
      finals: [
        final([life('a', 'bad')], [0, 90_000]),
        final([life('a', 'good', { seen: [90_000, 95_000] })], [90_000, END + 500]),
      ],
      says: { verdict: 'pass', measurement: { good: 1, bad: 0 } },
    },
    'it was still running when a drain in the middle stopped waiting, and nobody looked again': {
      finals: [final([life('a', 'bad')], [0, 90_000])],
      says: { verdict: 'inconclusive', reason: 'missing-samples' },
    },
    'who did not learn the end does not take back what another learnt': {
      finals: [final([life('a', 'good')], [0, END]), final([life('a', 'unknown')], [0, END + 500])],
      says: { verdict: 'pass' },
    },
    'what an earlier experiment left is not of this one': {
      finals: [final([life('a', 'bad')], [0, 59_000]), final([life('b', 'good')], [59_000, END + 500])],
      says: { verdict: 'pass', measurement: { seen: 1 } },
    },
  };

  test.for(Object.entries(cases))('%s', ([, { finals, says, ...more }]) => {
    expect(judged(finals, more)).toMatchObject(says);
  });

  test('where the fault was not injected, there is nothing to say', () => {
    const events = [{ type: 'chaos' as const, experiment: 'outage', state: 'started' as const, at: 0 }];

    expect(judged([final([life('a', 'good')])], { world: { events } })).toMatchObject({ verdict: 'inconclusive' });
  });

  test('at a vantage, its clock decides what is certain', () => {
    const lives = [life('sure', 'good'), life('unsure', 'good', { seen: [STRUCK - 5, 80_000] })];
    const boot = { type: 'vantage' as const, vantage: 'far', instance: 'i', boot: 'b', slotZero: 0 };
    const world: Partial<World> = {
      plan: plan({ probes: [probe('web', { at: 'far' })] }),
      boots: [{ ...boot, clock: [-20, 20] }],
    };
    const asked = objective('x', { phase: 'impact', indicator: { kind: 'inFlight', probe: 'web' }, bound: atLeast(1) });
    const tested = { ...world.plan!, objectives: [asked] };
    const finals = [{ ...final(lives), vantage: 'far', instance: 'i' }];

    const report = judge(tested, recordingOf({ answer: () => ({}), ...world, plan: tested, finals }));

    expect(report.objectives[0]!.measurement).toMatchObject({ seen: 1, low: 1, high: 1 });
  });
});

describe('laws', () => {
  const outcome = fc.constantFrom<Outcome>('good', 'bad', 'unknown');
  const fates = fc.array(fc.tuple(outcome, fc.boolean()), { minLength: 1, maxLength: 12 });
  const window = { from: 60_000, to: END, countsTo: END + 1000, open: false };
  const struck = { earliest: STRUCK, latest: STRUCK };

  function measured(lives: Life[]) {
    const tested = plan();
    const recording = recordingOf({ plan: tested, answer: () => ({}), finals: [final(lives)] });
    const result = measureInFlight(recording, tested.probes[0]!, window, struck);
    return result.decidable ? { low: result.low, high: result.high } : undefined;
  }

  const livesOf = (all: [Outcome, boolean][]) =>
    all.map(([what, isCertain], index) => (isCertain ? life : perhaps)(`w${index}`, what));

  test('the bounds hold the truth, however what is open turns out', () => {
    fc.assert(
      fc.property(
        fates,
        fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 12, maxLength: 12 }),
        (all, coins) => {
          const bounds = measured(livesOf(all));
          const truth = all.flatMap(([what, isCertain], index) => {
            const [wasThere, endedWell] = coins[index]!;
            if (!isCertain && !wasThere) return [];
            return [what === 'unknown' ? endedWell : what === 'good'];
          });
          if (!bounds || truth.length === 0) return;
          const share = truth.filter((well) => well).length / truth.length;

          expect(bounds.low).toBeLessThanOrEqual(share);
          expect(bounds.high).toBeGreaterThanOrEqual(share);
        },
      ),
    );
  });

  test('knowing less of one never narrows the bounds', () => {
    fc.assert(
      fc.property(fates, fc.nat(11), (all, which) => {
        const less = all.map(([what, isCertain], index): [Outcome, boolean] =>
          index === which ? ['unknown', isCertain] : [what, isCertain],
        );
        const [before, after] = [measured(livesOf(all)), measured(livesOf(less))];
        if (!before || !after) return;

        expect(after.low).toBeLessThanOrEqual(before.low);
        expect(after.high).toBeGreaterThanOrEqual(before.high);
      }),
    );
  });
});
