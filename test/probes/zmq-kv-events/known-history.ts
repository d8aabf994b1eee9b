import { encode } from '@msgpack/msgpack';

/** A batch as a publisher made it, and what became of it. */
export interface Published {
  lifetime: number;
  seq: number;
  madeAt: number;
  /** When it came live, once or more often. */
  arrivals: number[];
  /** The publisher's replay still has it at the end. */
  kept: boolean;
}

/** One history of a stream, of which everything is known. */
export interface KnownHistory {
  published: Published[];
  lifetimes: number;
}

/** What must be found. */
export interface Truth {
  lost: number;
  recovered: number;
  late: number;
  duplicates: number;
  restarts: number;
  delayed: number;
}

const EVERY_MS = 1000;
const WAY_MS = 2;
export const STALE_MS = 5000;

type Chance = () => number;

/** From one seed always the same: loss, duplicates, disorder, restarts, a stretch held back, a buffer that ends, a lost tail. */
export function knownHistory(seed: number): KnownHistory {
  const chance = chancesFrom(seed);
  const lifetimes = 1 + Math.floor(chance() * 3);
  const published: Published[] = [];
  let begin = 0;
  for (let lifetime = 0; lifetime < lifetimes; lifetime++) {
    const last = lifetime === lifetimes - 1;
    const life = lifeOf(lifetime, begin, last, chance);
    published.push(...life);
    begin = 60_000 + Math.max(...life.flatMap(({ madeAt, arrivals }) => [madeAt, ...arrivals]));
  }
  return { published, lifetimes };
}

function lifeOf(lifetime: number, begin: number, last: boolean, chance: Chance): Published[] {
  const length = 40 + Math.floor(chance() * 120);
  const kept = last ? 20 + Math.floor(chance() * length) : 0;
  const tail = last ? Math.floor(chance() * 6) : 0;
  const missedAtFirst = lifetime > 0 ? Math.floor(chance() * 4) : 0;
  const held = { from: 10, to: chance() < 0.5 ? 10 : 10 + Math.floor(chance() * 30) };
  return Array.from({ length }, (_, seq): Published => {
    const madeAt = begin + seq * EVERY_MS;
    const sure = seq === missedAtFirst || seq === length - tail - 1;
    const gone = seq < missedAtFirst || seq >= length - tail;
    const fate = sure ? 'comes' : gone ? 'lost' : fateBy(chance());
    const isHeld = seq >= held.from && seq < held.to;
    const comesAt = madeAt + WAY_MS + (fate === 'late' ? EVERY_MS * (1.5 + Math.floor(chance() * 3)) : 0);
    const at = isHeld ? Math.max(comesAt, begin + held.to * EVERY_MS + seq / 1000) : comesAt;
    const times = { comes: [at], late: [at], twice: [at, at + EVERY_MS * 2.2], lost: [], vanished: [] };
    return { lifetime, seq, madeAt, arrivals: times[fate], kept: seq >= length - kept && fate !== 'vanished' };
  });
}

/** `vanished`: not even the publisher's buffer has it, as after a failed send. */
function fateBy(chance: number): 'comes' | 'late' | 'twice' | 'lost' | 'vanished' {
  if (chance < 0.82) return 'comes';
  if (chance < 0.88) return 'late';
  if (chance < 0.93) return 'twice';
  return chance < 0.98 ? 'lost' : 'vanished';
}

/** What comes in, in order. */
export function arrivalsOf({ published }: KnownHistory): { batch: Published; at: number }[] {
  return published
    .flatMap((batch) => batch.arrivals.map((at) => ({ batch, at })))
    .sort((a, b) => a.at - b.at || a.batch.seq - b.batch.seq);
}

/** By sets over what was published, without following the stream. */
export function truthOf(history: KnownHistory): Truth {
  const { published, lifetimes } = history;
  const never = published.filter(({ arrivals }) => arrivals.length === 0);
  const arrivals = arrivalsOf(history);
  const firsts = arrivals.filter(({ batch, at }) => at === batch.arrivals[0]);
  const isLate = ({ batch, at }: (typeof firsts)[number]) =>
    firsts.some((other) => other.batch.lifetime === batch.lifetime && other.at < at && other.batch.seq > batch.seq);
  return {
    lost: never.filter(({ kept }) => !kept).length,
    recovered: never.filter(({ kept }) => kept).length,
    late: firsts.filter(isLate).length,
    duplicates: arrivals.length - firsts.length,
    restarts: lifetimes - 1,
    delayed: firsts.filter(({ batch, at }) => at - batch.madeAt - WAY_MS > STALE_MS).length,
  };
}

/** The batch as the engine would write it. */
export function payloadOf({ lifetime, seq, madeAt }: Published): Buffer {
  return Buffer.from(encode([madeAt / 1000 + 1e-4, [['BlockRemoved', [lifetime, seq]]], 0]));
}

/** Mulberry32: small, and the same everywhere. */
function chancesFrom(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
