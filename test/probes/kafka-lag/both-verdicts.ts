import { LagBook } from '../../../src/probes/kafka-lag/lag-book.ts';
import { kafkaLagProbe } from '../../../src/probes/kafka-lag/probe.ts';
import { judge } from '../../../src/slo/judge.ts';
import type { Final } from '../../../src/slo/model/entry.ts';
import type { Verdict } from '../../../src/slo/model/report.ts';
import { Recording } from '../../../src/slo/recording.ts';
import { type Answer, atLeast, atMost, objective, plan, probe, timelineOf } from '../../slo/build.ts';
import { type BurrowOptions, BurrowRules, type BurrowStatus } from './burrow-rules.ts';
import { lookAt } from './looks.ts';

/** What the brokers said at one moment; nothing where they did not answer. A run begins at 0: what comes before fills Burrow's window. */
export interface Recorded {
  at: number;
  offsets?: { end: number; committed: number };
}

/** The phases of the runs: a fault of 30 s after 60 s, then 90 s of recovery. */
export const RUN_MS = 182_000;
export const FAULT_MS: readonly [from: number, to: number] = [60_500, 90_500];

const tested = plan({
  probes: [probe('lag', { values: kafkaLagProbe.values, onTimeout: 'unknown' })],
  objectives: [
    objective('steady', { phase: 'steady', ...withLagAtMost(400) }),
    objective('lag-stays-small', { phase: 'impact', ...withLagAtMost(400) }),
    objective('nothing-read-again', {
      phase: 'run',
      indicator: { kind: 'total', probe: 'lag', value: 'committedRewind' },
      bound: atMost(0, '1'),
    }),
  ],
});

function withLagAtMost(records: number) {
  const limit = { value: records, unit: '1' as const, text: String(records) };
  const indicator = { kind: 'ratio' as const, probe: 'lag', good: { records: { atMost: limit } } };
  return { indicator, bound: atLeast(1) };
}

/** What the plan's objectives came to when the probe saw these offsets. */
export function steadfastOn(recorded: readonly Recorded[]): Record<string, Verdict> {
  const book = new LagBook(true, 0);
  const left = recorded.filter(({ at }) => at >= 0);
  let latest: Answer;
  const answer = (_: string, due: number): Answer => {
    while (left.length > 0 && left[0]!.at <= due) latest = readingOf(book, left.shift()!);
    const said = latest;
    latest = undefined;
    return said;
  };
  const timeline = timelineOf({ plan: tested, answer });
  const drained = book.drained(RUN_MS);
  const final: Final = { type: 'final', probe: 'lag', vantage: 'runner', ...drained };
  const { objectives } = judge(tested, Recording.of([...timeline.slice(0, -2), final, ...timeline.slice(-2)]));
  return Object.fromEntries(objectives.map(({ objective, verdict }) => [objective, verdict]));
}

function readingOf(book: LagBook, { at, offsets }: Recorded): Answer {
  if (!offsets) return { outcome: 'unknown', values: {}, reason: 'the brokers do not answer' };
  return book.withCounts(book.read(lookAt({ topic: 't', partition: 0, start: 0, ...offsets }), at), at);
}

/** What Burrow says when it is asked at each of these moments of the run. */
export function burrowOn(recorded: readonly Recorded[], options: BurrowOptions): BurrowStatus[] {
  const burrow = new BurrowRules(options);
  let committed: number | undefined;
  return recorded.flatMap(({ at, offsets }) => {
    if (offsets) burrow.seeEnd(offsets.end);
    if (offsets && offsets.committed !== committed) burrow.seeCommit(offsets.committed, at);
    committed = offsets?.committed ?? committed;
    return at >= 0 ? [burrow.statusAt(at)] : [];
  });
}
