import fc from 'fast-check';
import { describe, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Entry, VantageBoot } from '../../src/slo/model/entry.ts';
import type { Objective } from '../../src/slo/model/plan.ts';
import { Recording } from '../../src/slo/recording.ts';
import { type Answer, atLeast, atMost, objective, plan, probe, timelineOf } from './build.ts';

type Boot = VantageBoot & { silentFrom?: number };

const remote = probe('web', { at: 'gateway' });

const objectives = fc.constantFrom<Objective>(
  objective('ratio', { bound: atLeast(0.9) }),
  objective('steady', { phase: 'steady', bound: atLeast(0.95) }),
  objective('bad-share', { phase: 'fault', bound: atMost(0.4, 'ratio', '40%') }),
  objective('max', { indicator: { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 1 }, bound: atMost(150) }),
  objective('recovers', {
    indicator: { kind: 'timeToRecover', probe: 'web', successThreshold: 3, failureThreshold: 2 },
    bound: atMost(20_000),
  }),
  objective('notices', {
    phase: 'impact',
    indicator: { kind: 'timeToImpact', probe: 'web', successThreshold: 1, failureThreshold: 1 },
    bound: atMost(5000),
  }),
  objective('lost', {
    phase: 'run',
    indicator: { kind: 'total', probe: 'web', value: 'lost' },
    bound: atMost(3, '1'),
    atLeastSeen: 20,
  }),
);

/** When each of up to three processes began, fell silent, and was bad, and how sure its clock is. */
const oneProcess = fc.record({
  slotZero: fc.oneof(fc.constant(-20_000), fc.integer({ min: -20_000, max: 150_000 })),
  silentFrom: fc.oneof(fc.constant(999_000), fc.integer({ min: 1000, max: 181_000 })),
  bad: fc.tuple(fc.integer({ min: 0, max: 181_000 }), fc.integer({ min: 0, max: 30_000 })),
  clock: fc.oneof(fc.constant<[number, number]>([0, 0]), fc.tuple(fc.integer({ min: -3000, max: 0 }), fc.nat(3000))),
});
type Process = typeof oneProcess extends fc.Arbitrary<infer T> ? T : never;
const processes = fc.array(oneProcess, { minLength: 1, maxLength: 3 });
const takesOver = fc.boolean();

function entriesOf(all: Process[], replaces: boolean, asked: Objective): Entry[] {
  const boots = all.map(({ slotZero, silentFrom, clock }, index): Boot => {
    const taken = replaces && index > 0 ? { replaces: `pod-${index - 1}` } : {};
    return {
      ...{ type: 'vantage', vantage: 'gateway', instance: `pod-${index}`, boot: 'b' },
      ...{ slotZero, silentFrom, clock, ...taken },
    };
  });
  const answer = (_: string, due: number, instance: string): Answer => {
    const [from, length] = all[Number(instance.slice(4))]!.bad;
    const isBad = due >= from && due < from + length;
    const values = { latencyMs: isBad ? 200 : 10, received: 1, lost: isBad ? 1 : 0 };
    return { outcome: isBad ? 'bad' : 'good', values, covers: [due - 1000, due] };
  };
  return timelineOf({ plan: plan({ probes: [remote], objectives: [asked] }), boots, answer });
}

function judged(entries: Entry[], asked: Objective) {
  return judge(plan({ probes: [remote], objectives: [asked] }), Recording.of(entries)).objectives[0]!;
}

const RUNS = { numRuns: Number(process.env['LAW_RUNS'] ?? 150) };

describe('laws of a vantage with several processes', () => {
  it('losing samples never makes a verdict pass, nor turns one decided verdict into the other', () => {
    const lost = fc.array(fc.nat(400), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(processes, takesOver, objectives, lost, (all, replaces, asked, slots) => {
        const entries = entriesOf(all, replaces, asked);
        const before = judged(entries, asked);
        const after = judged(
          entries.filter((entry, index) => entry.type !== 'sample' || !slots.includes(index % 401)),
          asked,
        );
        return after.verdict === 'inconclusive' || after.verdict === before.verdict || explain(before, after);
      }),
      RUNS,
    );
  });

  it('a process that falls silent never makes a verdict pass', () => {
    fc.assert(
      fc.property(processes, takesOver, objectives, fc.nat(2), fc.nat(181_000), (all, replaces, asked, which, from) => {
        const name = `pod-${which % all.length}`;
        const entries = entriesOf(all, replaces, asked);
        const before = judged(entries, asked);
        const after = judged(
          entries.filter((entry) => entry.type !== 'sample' || entry.instance !== name || entry.due < from),
          asked,
        );
        return after.verdict !== 'pass' || before.verdict === 'pass' || explain(before, after);
      }),
      RUNS,
    );
  });

  it('a less certain clock turns no decided time to recover into the other, and widens it', () => {
    const recovers = objective('recovers', {
      indicator: { kind: 'timeToRecover', probe: 'web', successThreshold: 3, failureThreshold: 1 },
      bound: atMost(20_000),
    });
    fc.assert(
      fc.property(processes, fc.nat(5000), fc.nat(5000), (all, behind, ahead) => {
        const wider = all.map((one): Process => ({ ...one, clock: [one.clock[0] - behind, one.clock[1] + ahead] }));
        const before = judged(entriesOf(all, false, recovers), recovers);
        const after = judged(entriesOf(wider, false, recovers), recovers);
        const [sure, wide] = [before.measurement, after.measurement];
        if (!sure || !wide || before.reason === 'no-samples' || after.reason === 'no-samples') return true;
        const holds = (wide.low ?? 0) <= (sure.low ?? 0) && (wide.high ?? 1e12) >= (sure.high ?? 1e12);
        const turned = before.verdict !== after.verdict && after.verdict !== 'inconclusive';
        return (holds && (!turned || before.verdict === 'inconclusive')) || explain(before, after);
      }),
      RUNS,
    );
  });
});

function explain(before: unknown, after: unknown): never {
  throw new Error(`before: ${JSON.stringify(before)}\nafter: ${JSON.stringify(after)}`);
}
