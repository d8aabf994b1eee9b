import fc from 'fast-check';
import type { Observation } from '../../../src/probes/zmq-kv-events/stream-checker.ts';

/** What the network did with one published batch. `delay`: behind how many later ones it came. */
interface Fate {
  kind: 'arrives' | 'lost' | 'twice';
  delay: number;
}

/** A lifetime of the publisher: the fates of its batches, position 0 first. */
type Lifetime = Fate[];

type Arrival = Omit<Observation, 'at'> & { lifetime: number };

const fate: fc.Arbitrary<Fate> = fc.record({
  kind: fc.constantFrom('arrives', 'arrives', 'arrives', 'lost', 'twice'),
  delay: fc.constantFrom(0, 0, 0, 0, 1, 3),
});

/** One to three lifetimes; each begins on a connection of its own. */
export const lifetimes: fc.Arbitrary<Lifetime[]> = fc.array(fc.array(fate, { minLength: 1, maxLength: 25 }), {
  minLength: 1,
  maxLength: 3,
});

/** What the subscriber sees of it, in order. */
export function arrivalsOf(history: Lifetime[]): Arrival[] {
  let published = 0;
  return history.flatMap((fates, lifetime) => {
    const timed: { when: number; arrival: Arrival }[] = [];
    fates.forEach(({ kind, delay }, position) => {
      const id = published++;
      const arrival = { seq: BigInt(position), fingerprint: id, connection: lifetime, stampMs: id, lifetime };
      if (kind !== 'lost') timed.push({ when: position + delay * 1.5, arrival });
      if (kind === 'twice') timed.push({ when: position + delay * 1.5 + 2.2, arrival });
    });
    return timed.sort((a, b) => a.when - b.when).map(({ arrival }) => arrival);
  });
}

/** A restart that has passed the old position before anything of it arrives cannot be told from a gap. */
export function restartsShow(arrivals: Arrival[]): boolean {
  let highest = -1n;
  let lifetime = arrivals[0]?.lifetime;
  for (const arrival of arrivals) {
    if (arrival.lifetime !== lifetime) {
      if (arrival.seq > highest) return false;
      lifetime = arrival.lifetime;
      highest = -1n;
    }
    if (arrival.seq > highest) highest = arrival.seq;
  }
  return true;
}

/** What must be found, by sets rather than by following the stream. */
export function expectedOf(arrivals: Arrival[]): { lost: number; late: number; duplicates: number; restarts: number } {
  const expected = { lost: 0, late: 0, duplicates: 0, restarts: 0 };
  const seen = [...new Set(arrivals.map((arrival) => arrival.lifetime))];
  expected.restarts = Math.max(0, seen.length - 1);
  for (const lifetime of seen) {
    const positions = arrivals.filter((arrival) => arrival.lifetime === lifetime).map((arrival) => Number(arrival.seq));
    const distinct = new Set(positions);
    const joined = lifetime === seen[0] ? positions[0]! : 0;
    const highest = Math.max(...positions);
    expected.duplicates += positions.length - distinct.size;
    for (let position = joined; position <= highest; position++) if (!distinct.has(position)) expected.lost++;
    for (const position of distinct) {
      const first = positions.indexOf(position);
      if (positions.slice(0, first).some((earlier) => earlier > position)) expected.late++;
    }
  }
  return expected;
}
