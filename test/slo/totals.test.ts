import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { ChaosEvent, Final } from '../../src/slo/model/entry.ts';
import type { Bound, PhaseName } from '../../src/slo/model/plan.ts';
import { type Answer, atLeast, atMost, cleanEvents, objective, plan, recordingOf } from './build.ts';

type Span = [from: number, to: number, count: number];

interface World {
  phase?: PhaseName;
  bound?: Bound;
  /** What the readings of samples said: one for each slot whose due it reaches. */
  readings?: Span[];
  finals?: Span[];
  events?: ChaosEvent[];
  value?: 'received' | 'lost';
}

function judged({
  phase = 'fault',
  bound = atMost(5, '1'),
  readings = [],
  finals = [],
  events = cleanEvents(),
  value = 'received',
}: World) {
  const indicator = { kind: 'total' as const, probe: 'web', value };
  const tested = plan({ objectives: [objective('counted', { phase, indicator, bound })] });
  const left = [...readings];
  const answer = (_: string, due: number): Answer => {
    if (left.length === 0 || due < left[0]![1]) return {};
    const [from, to, count] = left.shift()!;
    return { values: { [value]: count }, covers: [from, to] };
  };
  const drained = finals.map(
    ([from, to, count]): Final => ({
      type: 'final',
      probe: 'web',
      vantage: 'runner',
      covers: [from, to],
      values: { [value]: count },
    }),
  );
  return judge(tested, recordingOf({ plan: tested, events, answer, finals: drained })).objectives[0]!;
}

/** The fault phase of the clean events. */
const [FROM, TO] = [60_500, 90_500];

const bounds: Record<string, [world: World, low: number, high: number | null]> = {
  'a reading inside counts in both bounds': [{ finals: [[FROM, TO, 4]] }, 4, 4],
  'a reading that begins before the phase counts in the high bound only': [
    {
      finals: [
        [FROM - 1000, 70_000, 3],
        [70_000, TO, 4],
      ],
    },
    4,
    7,
  ],
  'a reading that ends after the phase counts in the high bound only': [
    {
      finals: [
        [FROM, 70_000, 3],
        [70_000, TO + 1000, 4],
      ],
    },
    3,
    7,
  ],
  'a reading over more than the phase counts in the high bound only': [{ finals: [[0, 181_500, 9]] }, 0, 9],
  'a reading that ends where the phase begins counts in none': [
    {
      finals: [
        [0, FROM, 9],
        [FROM, TO, 1],
      ],
    },
    1,
    1,
  ],
  'a reading that begins where the phase ends counts in none': [
    {
      finals: [
        [FROM, TO, 1],
        [TO, 181_500, 9],
      ],
    },
    1,
    1,
  ],
  'a hole in the middle leaves the high bound open': [
    {
      finals: [
        [FROM, 70_000, 1],
        [70_100, TO, 1],
      ],
    },
    2,
    null,
  ],
  'a hole at the beginning leaves the high bound open': [{ finals: [[FROM + 100, TO, 1]] }, 1, null],
  'a hole at the end leaves the high bound open': [{ finals: [[FROM, TO - 100, 1]] }, 1, null],
  'a hole outside the phase does no harm': [
    {
      finals: [
        [0, 10_000, 1],
        [50_000, TO, 1],
      ],
    },
    0,
    1,
  ],
  'a long reading bridges what shorter ones leave': [
    {
      finals: [
        [FROM, 70_000, 1],
        [FROM, TO, 0],
        [80_000, TO, 1],
      ],
    },
    2,
    2,
  ],
  'rounding leaves no hole': [
    {
      finals: [
        [FROM, 70_000, 1],
        [70_000.009, TO, 1],
      ],
    },
    2,
    2,
  ],
  'a missed reading does no harm when the next one covers its time': [
    {
      readings: [
        [FROM, 70_000, 1],
        [70_000, 80_000, 1],
      ],
      finals: [[80_000, TO, 1]],
    },
    3,
    3,
  ],
  'what the drain brings counts in the phases that reach the end': [{ phase: 'run', finals: [[0, 181_500, 2]] }, 2, 2],
  'a drain after the end of the experiment straddles it': [{ phase: 'run', finals: [[0, 182_500, 2]] }, 0, 2],
};

describe('a total', () => {
  for (const [sentence, [world, low, high]] of Object.entries(bounds))
    it(`${sentence}`, () => expect(judged(world).measurement).toMatchObject({ low, high }));

  const verdicts: Record<string, [World, verdict: string, reason: string]> = {
    'equal to the limit passes': [{ finals: [[FROM, TO, 5]] }, 'pass', 'met'],
    'one above the limit fails': [{ finals: [[FROM, TO, 6]] }, 'fail', 'missed'],
    'that may lie outside the phase is undecided': [
      { finals: [[0, 181_500, 6]] },
      'inconclusive',
      'limit-inside-interval',
    ],
    'of nothing at all, which straddles, passes': [{ finals: [[0, 181_500, 0]] }, 'pass', 'met'],
    'above the limit fails in spite of a hole': [{ finals: [[FROM, 70_000, 6]] }, 'fail', 'missed'],
    'below the limit with a hole is undecided': [{ finals: [[FROM, 70_000, 1]] }, 'inconclusive', 'hole-in-counts'],
    'of which nobody counted is undecided': [{}, 'inconclusive', 'no-samples'],
    'that must reach a limit passes in spite of a hole': [
      { finals: [[FROM, 70_000, 7]], bound: atLeast(7, '1', '7') },
      'pass',
      'met',
    ],
    'that must reach a limit does not count what straddles': [
      { finals: [[0, 181_500, 7]], bound: atLeast(7, '1', '7') },
      'inconclusive',
      'limit-inside-interval',
    ],
    'that must reach a limit fails when even the straddling are too few': [
      { finals: [[0, 181_500, 6]], bound: atLeast(7, '1', '7') },
      'fail',
      'missed',
    ],
    'of a value that needs traffic, without any, is undecided': [
      { finals: [[FROM, TO, 0]], value: 'lost' },
      'inconclusive',
      'no-traffic',
    ],
    'of a value that needs traffic, without any, may fail': [
      { finals: [[FROM, TO, 6]], value: 'lost' },
      'fail',
      'missed',
    ],
    'over a phase without length is undecided': [
      {
        finals: [[0, 181_500, 0]],
        events: cleanEvents().map((event) => (event.state === 'recovering' ? { ...event, notBefore: FROM } : event)),
      },
      'inconclusive',
      'no-slots',
    ],
  };
  for (const [sentence, [world, verdict, reason]] of Object.entries(verdicts))
    it(sentence, () => {
      const result = judged(world);

      expect({ verdict: result.verdict, reason: result.reason }, result.text).toEqual({ verdict, reason });
    });
});

describe('an uncertain edge of a phase', () => {
  const uncertain = cleanEvents().map((event) =>
    event.state === 'injected' ? { ...event, notBefore: 60_100 } : event,
  );

  it('lets a reading that lies in the uncertain span count in no phase beside it, like a slot', () => {
    const finals: Span[] = [
      [60_100, 60_400, 3],
      [60_400, 61_000, 4],
      [61_000, TO, 1],
    ];

    expect(judged({ events: uncertain, finals }).measurement).toMatchObject({ low: 1, high: 5 });
  });
});
