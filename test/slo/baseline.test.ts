import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import { type Answer, GOOD, objective, plan, recordingOf, reference, type World } from './build.ts';

describe('comparison with a baseline', () => {
  const points = (value: (index: number) => number): [number, string][] =>
    Array.from({ length: 60 }, (_, index) => [-60_000 + index * 1000, String(value(index))]);
  const asBefore = objective('as-before', {
    indicator: { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 0.5 },
    bound: { op: 'atMost', target: { kind: 'baseline', baseline: 'before', times: 1.2 } },
  });
  const basePlan = plan({
    objectives: [asBefore],
    baselines: [
      { name: 'before', source: 'prom', query: 'q', lastMs: 60_000, stepMs: 1000, stat: 'median', minPoints: 10 },
    ],
  });
  const noisy =
    (level: number) =>
    (_: string, due: number): Answer => ({ values: { latencyMs: level + (due % 7) / 10 } });
  const judged = (answer: World['answer'], references: World['references']) =>
    judge(basePlan, recordingOf({ plan: basePlan, answer, references: references ?? [] })).objectives[0]!;

  it('passes when it is as fast as before', () => {
    const result = judged(noisy(10), [
      reference(
        'baseline:before',
        points((index) => 10 + (index % 5) / 10),
      ),
    ]);

    expect(result).toMatchObject({ verdict: 'pass' });
    expect(result.measurement!.confidence!.high).toBeLessThan(12.3);
  });

  it('fails when it is clearly slower', () => {
    expect(
      judged(noisy(20), [
        reference(
          'baseline:before',
          points((index) => 10 + (index % 5) / 10),
        ),
      ]),
    ).toMatchObject({ verdict: 'fail' });
  });

  const unusable: Record<string, [World['references'], string]> = {
    'no answer was recorded': [[], 'reference-missing'],
    'the answer is empty': [[reference('baseline:before', [])], 'reference-empty'],
    'the answer is NaN': [
      [
        reference(
          'baseline:before',
          points(() => Number.NaN),
        ),
      ],
      'reference-nan',
    ],
    'the answer is infinite': [
      [reference('baseline:before', [...points(() => 1).slice(0, 59), [-1000, '+Inf']])],
      'reference-inf',
    ],
    'the answer is stale': [[reference('baseline:before', points(() => 1).slice(0, 30))], 'reference-stale'],
    'there are too few points': [[reference('baseline:before', points(() => 1).slice(55))], 'reference-too-few'],
    'there are two series': [
      [
        reference(
          'baseline:before',
          points(() => 1),
          {
            series: [
              { labels: {}, values: points(() => 1) },
              { labels: { a: '1' }, values: points(() => 1) },
            ],
          },
        ),
      ],
      'reference-ambiguous',
    ],
    'the source warned of a partial answer': [
      [
        reference(
          'baseline:before',
          points(() => 1),
          { warnings: ['half'] },
        ),
      ],
      'reference-partial',
    ],
    'the source answered 500': [[reference('baseline:before', [], { error: 'http: HTTP 500' })], 'reference-http'],
    'the source did not answer in time': [
      [reference('baseline:before', [], { error: 'timeout: no answer within 10s' })],
      'reference-timeout',
    ],
    'the source was down': [
      [reference('baseline:before', [], { error: 'unreachable: refused' })],
      'reference-unreachable',
    ],
  };
  for (const [sentence, [references, reason]] of Object.entries(unusable))
    it(`is inconclusive when ${sentence}`, () => {
      expect(judged(noisy(10), references)).toMatchObject({ verdict: 'inconclusive', reason });
    });
});

describe('a baseline of one point', () => {
  it('is compared with as a constant, since one point has no spread', () => {
    const onePoint = plan({
      objectives: [
        objective('as-before', {
          indicator: { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 0.5 },
          bound: { op: 'atMost', target: { kind: 'baseline', baseline: 'now', times: 1.2 } },
        }),
      ],
      baselines: [{ name: 'now', source: 'prom', query: 'q', lastMs: 0, stepMs: 0, stat: 'last', minPoints: 1 }],
    });
    const references = [reference('baseline:now', [[-1000, '10']], { step: 0 })];

    const [result] = judge(onePoint, recordingOf({ plan: onePoint, references, answer: () => GOOD })).objectives;

    expect(result).toMatchObject({ verdict: 'pass', target: { low: 12, high: 12 } });
    expect(result!.measurement!.confidence).toBeUndefined();
  });
});
