import fc from 'fast-check';
import { describe, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Entry } from '../../src/slo/model/entry.ts';
import type { Objective, Plan } from '../../src/slo/model/plan.ts';
import type { ObjectiveResult, Verdict } from '../../src/slo/model/report.ts';
import { Recording } from '../../src/slo/recording.ts';
import { atLeast, atMost, objective, plan, reference, timelineOf } from './build.ts';

/** What one second of the world brings; the run takes 181 of them. */
type Second = 'good' | 'bad' | 'unknown' | 'gap' | 'nothing';

const second = fc.constantFrom<Second>('good', 'good', 'good', 'good', 'bad', 'unknown', 'gap', 'nothing');
/** Outages as people know them: some stretches of trouble in a good world. */
const seconds = fc.oneof(
  fc.array(second, { minLength: 182, maxLength: 182 }),
  fc
    .array(fc.tuple(fc.nat(181), fc.integer({ min: 1, max: 40 }), second), { maxLength: 4 })
    .map((stretches) => withStretches(stretches)),
);

function withStretches(stretches: [number, number, Second][]): Second[] {
  const world: Second[] = Array.from({ length: 182 }, () => 'good');
  for (const [from, length, what] of stretches) world.fill(what, from, Math.min(182, from + length));
  return world;
}

const objectives = fc.constantFrom<Objective>(
  objective('ratio', { phase: 'recovery', bound: atLeast(0.9) }),
  objective('ratio-run', { phase: 'run', bound: atLeast(0.5) }),
  objective('bad-share', { phase: 'fault', bound: atMost(0.4, 'ratio', '40%') }),
  objective('max', { indicator: { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 1 }, bound: atMost(150) }),
  objective('median', {
    phase: 'run',
    indicator: { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 0.5 },
    bound: atMost(100),
  }),
  objective('recovers', {
    indicator: { kind: 'timeToRecover', probe: 'web', successThreshold: 3, failureThreshold: 1 },
    bound: atMost(20_000),
  }),
  objective('recovers-steadily', {
    indicator: { kind: 'timeToRecover', probe: 'web', successThreshold: 5, failureThreshold: 3 },
    bound: atMost(40_000),
  }),
  objective('notices', {
    phase: 'impact',
    indicator: { kind: 'timeToImpact', probe: 'web', successThreshold: 1, failureThreshold: 2 },
    bound: atMost(5000),
  }),
  objective('lost', {
    phase: 'run',
    indicator: { kind: 'total', probe: 'web', value: 'lost' },
    bound: atMost(3, '1'),
    atLeastSeen: 20,
  }),
);

function entriesOf(world: Second[], tested: Plan): Entry[] {
  return timelineOf({
    plan: tested,
    finals: [
      {
        type: 'final',
        probe: 'web',
        vantage: 'runner',
        covers: [0, 181_500],
        values: { lost: world.filter((what) => what === 'bad').length, received: 0 },
      },
    ],
    answer: (_, due) => {
      const what = world[Math.floor(due / 1000)] ?? 'good';
      if (what === 'nothing') return undefined;
      if (what === 'gap') return { gap: 'overrun' };
      const values = what === 'unknown' ? {} : { latencyMs: what === 'good' ? 10 + (due % 13) : 200, received: 1 };
      return { outcome: what, values, covers: [Math.max(0, due - 1000), due] };
    },
  });
}

function judged(entries: Entry[], tested: Plan): ObjectiveResult {
  return judge(tested, Recording.of(entries)).objectives[0]!;
}

const RUNS = { numRuns: Number(process.env['LAW_RUNS'] ?? 150) };

describe('laws of the judge', () => {
  it('losing samples never makes a verdict pass, nor turns one decided verdict into the other', () => {
    fc.assert(
      fc.property(seconds, objectives, fc.array(fc.nat(181), { minLength: 1, maxLength: 20 }), (world, asked, lost) => {
        const tested = plan({ objectives: [asked] });
        const all = entriesOf(world, tested);
        const fewer = all.filter((entry) => entry.type !== 'sample' || !lost.includes(entry.slot));

        const before = judged(all, tested);
        const after = judged(fewer, tested);

        return after.verdict === 'inconclusive' || after.verdict === before.verdict || explain(before, after);
      }),
      RUNS,
    );
  });

  it('the interval with samples lost holds the interval without loss', () => {
    fc.assert(
      fc.property(seconds, objectives, fc.array(fc.nat(181), { minLength: 1, maxLength: 20 }), (world, asked, lost) => {
        const tested = plan({ objectives: [asked] });
        const all = entriesOf(world, tested);
        const before = judged(all, tested).measurement;
        const after = judged(
          all.filter((entry) => entry.type !== 'sample' || !lost.includes(entry.slot)),
          tested,
        ).measurement;
        if (!before || !after || (before.low === null && before.high === null)) return true;
        const lowHolds = after.low === null || (before.low !== null && after.low <= before.low + 1e-9);
        const highHolds = after.high === null || (before.high !== null && after.high >= before.high - 1e-9);
        return (lowHolds && highHolds) || explain(before, after);
      }),
      RUNS,
    );
  });

  it('a timeline cut before its last entry never passes', () => {
    fc.assert(
      fc.property(seconds, objectives, fc.nat(), (world, asked, where) => {
        const tested = plan({ objectives: [asked] });
        const all = entriesOf(world, tested);
        const cut = all.slice(0, where % all.length);
        return judge(tested, Recording.of(cut)).verdict !== 'pass';
      }),
      RUNS,
    );
  });

  it('judging twice gives the same bytes, whatever the order of the samples', () => {
    fc.assert(
      fc.property(seconds, objectives, (world, asked) => {
        const tested = plan({ objectives: [asked] });
        const all = entriesOf(world, tested);
        const shuffled = [
          ...all.filter((entry) => entry.type !== 'sample'),
          ...all.filter((entry) => entry.type === 'sample').reverse(),
        ];
        return (
          JSON.stringify(judge(tested, Recording.of(all))) === JSON.stringify(judge(tested, Recording.of(shuffled)))
        );
      }),
      RUNS,
    );
  });

  it('a stricter limit never turns a verdict to the better', () => {
    const order: Verdict[] = ['fail', 'inconclusive', 'pass'];
    fc.assert(
      fc.property(
        seconds,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (world, a, b) => {
          const [loose, strict] = a < b ? [a, b] : [b, a];
          const at = (limit: number): number => {
            const tested = plan({ objectives: [objective('ratio', { phase: 'run', bound: atLeast(limit) })] });
            return order.indexOf(judged(entriesOf(world, tested), tested).verdict);
          };
          return at(strict) <= at(loose);
        },
      ),
      RUNS,
    );
  });

  it('turning a good sample bad never turns a share to the better', () => {
    fc.assert(
      fc.property(seconds, fc.nat(181), (world, where) => {
        const tested = plan({ objectives: [objective('ratio', { phase: 'run', bound: atLeast(0.8) })] });
        const worse = world.with(where, 'bad');
        const before = judged(entriesOf(world, tested), tested).measurement;
        const after = judged(entriesOf(worse, tested), tested).measurement;
        return !before || !after || before.low === null || after.low === null || after.low <= before.low;
      }),
      RUNS,
    );
  });

  it('a baseline verdict does not depend on anything but plan, seed and timeline', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 60, maxLength: 60 }),
        (values) => {
          const tested = plan({
            baselines: [
              { name: 'before', source: 'p', query: 'q', lastMs: 60_000, stepMs: 1000, stat: 'median', minPoints: 10 },
            ],
            objectives: [
              objective('as-before', {
                indicator: { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 0.5 },
                bound: { op: 'atMost', target: { kind: 'baseline', baseline: 'before', times: 1.2 } },
              }),
            ],
          });
          const entries = [
            ...entriesOf(withStretches([]), tested),
            reference(
              'baseline:before',
              values.map((value, index): [number, string] => [index * 1000 - 60_000, String(value)]),
            ),
          ];
          const again = JSON.stringify(judged(structuredClone(entries), tested));
          return JSON.stringify(judged(entries, tested)) === again;
        },
      ),
      { numRuns: 20 },
    );
  });
});

function explain(before: unknown, after: unknown): never {
  throw new Error(`before: ${JSON.stringify(before)}\nafter: ${JSON.stringify(after)}`);
}
