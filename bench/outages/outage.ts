import { forStream } from '../../src/scheduler/random.ts';

/** A moment that is known to within a call: it was asked for at the first, and done by the second; ms of the run's clock. */
export type Moment = [asked: number, done: number];

/** One outage of one target, and what is really the case about it. */
export interface Outage {
  target: number;
  round: number;
  /** From the beginning of its round. */
  startMs: number;
  lengthMs: number;
  began?: Moment;
  ended?: Moment;
}

/** So many at a time that all programs together leave the cores half idle. */
export const TARGETS = 25;
export const ROUNDS = 8;
/** Every outage of a round is over by then, with some seconds left to see that it is. */
export const ROUND_MS = 39_000;

const SHORTEST_MS = 200;
const LONGEST_MS = 30_500;

/** Lengths spread evenly over the whole range and dealt out by chance, beginning at any phase of any period up to some seconds. */
export function dealOutages(seed: number): Outage[] {
  const random = forStream(seed, 'outages');
  const count = TARGETS * ROUNDS;
  const lengths = Array.from({ length: count }, (_, i) => SHORTEST_MS + ((LONGEST_MS - SHORTEST_MS) * i) / (count - 1));
  const dealt = lengths.map((lengthMs) => ({ lengthMs, order: random() })).toSorted((a, b) => a.order - b.order);
  return dealt.map(({ lengthMs }, index) => ({
    target: index % TARGETS,
    round: Math.floor(index / TARGETS),
    startMs: 1000 + 3000 * random(),
    lengthMs,
  }));
}

/** When it was over, less when it began, by the middle of the calls. */
export function trueLengthMs({ began, ended }: Outage): number {
  return middle(ended!) - middle(began!);
}

export function middle([first, last]: readonly [number, number]): number {
  return (first + last) / 2;
}
