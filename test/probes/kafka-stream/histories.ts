import fc from 'fast-check';
import type { Config } from '../../../src/probes/kafka-stream/config.ts';
import type { StreamRecord } from '../../../src/probes/kafka-stream/field.ts';
import { kafkaStreamProbe } from '../../../src/probes/kafka-stream/probe.ts';

/** What the producer did wrong with one goal. */
export interface GoalFate {
  steps: number;
  /** Steps that were written again later, by number from 0. */
  repeated: number[];
  /** Steps of which each is written right before the one that should precede it. */
  swapped: number[];
  /** Its last event was never written. */
  endSwallowed: boolean;
  /** Its first event was never written. */
  beginSwallowed: boolean;
  partition: number;
}

interface Written {
  goal: string;
  number: number;
  type: string;
  partition: number;
}

/** What must be found: by construction of the faults, not by following the stream. */
export interface Expected {
  received: number;
  duplicates: number;
  disordered: number;
  begun: number;
  ended: number;
  endedUnbegun: number;
  neverEnded: number;
}

const goalFate: fc.Arbitrary<GoalFate> = fc.record({
  steps: fc.integer({ min: 3, max: 9 }),
  repeated: fc.uniqueArray(fc.nat(8), { maxLength: 3 }),
  swapped: fc.uniqueArray(fc.nat(8), { maxLength: 2 }),
  endSwallowed: fc.boolean(),
  beginSwallowed: fc.boolean(),
  partition: fc.nat(3),
});

/** Several goals at once, and in which order their writes reach the logs. */
export const histories = fc.record({
  fates: fc.array(goalFate, { minLength: 1, maxLength: 8 }),
  turns: fc.array(fc.nat(1000), { maxLength: 150 }),
});

/** The history as a reader sees it: each goal's own order is kept, goals are interleaved by the turns. */
export function recordsOf({ fates, turns }: { fates: GoalFate[]; turns: number[] }): StreamRecord[] {
  const waiting = fates.map((fate, index) => writesOf(`goal-${index}`, fate));
  const written: Written[] = [];
  for (const turn of turns) {
    const left = waiting.filter(({ length }) => length > 0);
    const next = left[turn % Math.max(1, left.length)]?.shift();
    if (next) written.push(next);
  }
  written.push(...waiting.flat());
  return written.map(({ goal, number, type, partition }, index) =>
    recordOf({ eventId: `id-${index}`, goal, number, type }, { key: goal, partition, offset: BigInt(index) }),
  );
}

export function expectedOf(fates: GoalFate[]): Expected {
  const each = fates.map((fate) => {
    const events = fate.steps - Number(fate.beginSwallowed) - Number(fate.endSwallowed);
    const duplicates = fate.repeated.filter((number) => number < events).length;
    const begun = Number(!fate.beginSwallowed);
    const ends = Number(!fate.endSwallowed);
    return {
      received: events + duplicates,
      duplicates,
      disordered: swapsOf(fate, events).length,
      begun,
      ended: begun && ends,
      endedUnbegun: ends - (begun && ends),
      neverEnded: begun && 1 - ends,
    };
  });
  const total = (name: keyof Expected) => each.reduce((sum, counts) => sum + counts[name], 0);
  const names = ['received', 'duplicates', 'disordered', 'begun', 'ended', 'endedUnbegun', 'neverEnded'] as const;
  return Object.fromEntries(names.map((name) => [name, total(name)])) as unknown as Expected;
}

export function recordOf(
  value: unknown,
  more: { key?: string; partition?: number; offset?: bigint } = {},
): StreamRecord {
  return {
    topic: 'goals',
    partition: more.partition ?? 0,
    offset: more.offset ?? 0n,
    timestampMs: 1_700_000_000_000,
    key: Buffer.from(more.key ?? 'key'),
    value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    headers: [[Buffer.from('event-type'), Buffer.from('STEP_STARTED')]],
  };
}

/** A plan's config, with what it leaves out filled in. */
export function configOf(config: object): Config {
  return kafkaStreamProbe.config.parse({ brokers: ['kafka:9092'], topics: ['goals'], ...config }) as Config;
}

function writesOf(goal: string, fate: GoalFate): Written[] {
  const numbers = Array.from({ length: fate.steps }, (_, number) => number).filter(
    (number) => !(fate.beginSwallowed && number === 0) && !(fate.endSwallowed && number === fate.steps - 1),
  );
  const repeated = fate.repeated.flatMap((place) => numbers[place] ?? []);
  for (const place of swapsOf(fate, numbers.length))
    [numbers[place], numbers[place + 1]] = [numbers[place + 1]!, numbers[place]!];
  return [...numbers, ...repeated].map((number) => ({
    goal,
    number,
    type: number === 0 ? 'STARTED' : number === fate.steps - 1 ? 'COMPLETED' : 'STEP',
    partition: fate.partition,
  }));
}

/** Swaps that do not touch each other, so that each puts exactly one event behind. */
function swapsOf({ swapped }: GoalFate, events: number): number[] {
  const places = swapped.filter((place) => place + 1 < events).sort((a, b) => a - b);
  return places.filter((place, index) => index === 0 || place - places[index - 1]! > 1);
}
