import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Objective, Stat } from '../../src/slo/model/plan.ts';
import { atLeast, atMost, GOOD, objective, plan, recordingOf, reference } from './build.ts';

const RECOVERED = 91_000;
const QUIESCED = 181_000;

/** The points of a range query from `from` to `to`, as Prometheus answers it. */
function grid(from: number, to: number, stepMs: number, value: (time: number) => number = () => 1): [number, string][] {
  const points: [number, string][] = [];
  for (let time = from; time <= to; time += stepMs) points.push([time, String(value(time))]);
  return points;
}

interface Asked {
  query?: string;
  stat?: Stat;
  stepMs?: number;
  more?: Partial<Objective>;
}

function judged(points: [number, string][], { query = 'up', stat = 'max', stepMs = 1000, more = {} }: Asked = {}) {
  const tested = plan({
    objectives: [
      objective('asked', { indicator: { kind: 'query', query, source: 'prom', stat }, bound: atMost(1, '1'), ...more }),
    ],
  });
  const answer = reference('objective:asked@outage', points, { query, step: stepMs / 1000 });
  return judge(tested, recordingOf({ plan: tested, references: [answer], answer: () => GOOD })).objectives[0]!;
}

const whole = grid(RECOVERED, QUIESCED, 1000);
const without = (times: number[]) => whole.filter(([time]) => !times.includes(time));

describe('a query over a phase', () => {
  const cases: Record<string, [points: [number, string][], asked: Asked, verdict: string, missing: number]> = {
    'passes when every step has its point': [whole, {}, 'pass', 0],
    'knows that the first step has none': [without([RECOVERED]), {}, 'inconclusive', 1],
    'knows that the last step has none': [without([QUIESCED]), {}, 'inconclusive', 1],
    'knows that a step in the middle has none': [without([100_000]), {}, 'inconclusive', 1],
    'takes a NaN for a step without a point': [
      whole.map(([time, value]) => [time, time === 100_000 ? 'NaN' : value]),
      {},
      'inconclusive',
      1,
    ],
    'counts steps that do not divide the phase': [grid(RECOVERED, QUIESCED, 7000), { stepMs: 7000 }, 'pass', 0],
    'knows what is missing of steps that do not divide the phase': [
      grid(RECOVERED, QUIESCED, 7000).slice(0, -1),
      { stepMs: 7000 },
      'inconclusive',
      1,
    ],
    'counts the steps of a source that moves them to its own grid': [
      grid(RECOVERED + 700, QUIESCED, 1000),
      {},
      'pass',
      0,
    ],
    'counts from where the whole of the lookback lies in the phase': [whole, { query: 'rate(x[30s])' }, 'pass', 0],
    'does not ask for points whose lookback reaches out': [
      whole.filter(([time]) => time >= RECOVERED + 30_000),
      { query: 'rate(x[30s])' },
      'pass',
      0,
    ],
    'knows that the first step after the lookback has no point': [
      whole.filter(([time]) => time > RECOVERED + 30_000),
      { query: 'rate(x[30s])' },
      'inconclusive',
      1,
    ],
    'fails on one point above the limit, though others are missing': [
      grid(RECOVERED, QUIESCED, 1000, (time) => (time === 95_000 ? 2 : 1)).slice(0, -1),
      {},
      'fail',
      1,
    ],
    'knows nothing of a mean when a step has no point': [without([100_000]), { stat: 'mean' }, 'inconclusive', 1],
    'knows a median in spite of a missing step': [without([100_000]), { stat: 'median' }, 'pass', 1],
    'leaves out missing steps that the plan tolerates': [
      without([100_000]),
      { more: { tolerateMissing: 0.02 } },
      'pass',
      1,
    ],
  };
  for (const [sentence, [points, asked, verdict, missing]] of Object.entries(cases))
    it(sentence, () => {
      const result = judged(points, asked);

      expect(result, result.text).toMatchObject({ verdict, measurement: { missing } });
    });

  it('ignores a point before the phase', () => {
    const outside: [number, string][] = [[RECOVERED - 1000, '99'], ...whole];

    expect(judged(outside)).toMatchObject({ verdict: 'pass', measurement: { good: 91 } });
  });

  it('cannot hold the least of values of which one is missing', () => {
    expect(judged(without([100_000]), { stat: 'min', more: { bound: atLeast(1, '1') } })).toMatchObject({
      verdict: 'inconclusive',
      reason: 'missing-samples',
    });
  });
});
