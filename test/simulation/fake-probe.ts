import type { FinalReading, ProbeSession, Reading } from '../../src/probes/contract.ts';
import type { ProbeSpec } from '../../src/slo/model/plan.ts';
import { Dice } from './dice.ts';
import type { World } from './world.ts';

type Mood = Parameters<Dice['weighted']>[0];

const HEALTHY = { answers: 20, hurries: 4, doubts: 1 };
const BROKEN = { denies: 3, hangs: 2, hangsDeaf: 2, comesLate: 2, answers: 1 };
const BUGGY = { rejects: 1, throws: 1, lies: 3, nothing: 1, blocks: 1 };

const LIES: Record<string, (reading: Reading) => unknown> = {
  'a value that is NaN': (reading) => ({ ...reading, values: { call: Number.NaN } }),
  'a value that nobody declared': (reading) => ({ ...reading, values: { surprise: 1 } }),
  'covers that end before they begin': (reading) => ({ ...reading, covers: [5, 1] }),
  'a count that covers nothing': (reading) => ({ ...reading, values: { seen: 3 } }),
  'an outcome of its own': (reading) => ({ ...reading, outcome: 'splendid' }),
  'a detail that JSON cannot hold': (reading) => ({ ...reading, detail: { id: 1n } }),
  'a part that is no part': (reading) => ({ ...reading, parts: [null] }),
};

/** A probe that follows the fault, and now and then breaks its contract. */
export function fakeProbe(world: World, spec: ProbeSpec, seed: number, now = () => world.clock.now()): ProbeSession {
  const dice = new Dice(seed, `probe ${spec.name}`);
  const weights: Mood = dice.chance(0.5) ? { ...HEALTHY, ...BUGGY } : HEALTHY;
  return {
    sample: (signal) => behave(world, spec, dice, world.faultIsOn ? { ...weights, ...BROKEN } : weights, signal),
    ...fakeDrain(world, dice, now),
    close: async () => {},
  };
}

function behave(world: World, spec: ProbeSpec, dice: Dice, weights: Mood, signal: AbortSignal): Promise<Reading> {
  const soon = dice.between(0, Math.floor(spec.timeoutMs * 0.9));
  const good: Reading = { outcome: 'good', values: { call: world.nextCall() } };
  const moods: Record<string, () => Promise<Reading>> = {
    answers: () => answerAfter(world, soon, good, signal),
    hurries: async () => said(world, good),
    doubts: () => answerAfter(world, soon, { ...good, outcome: 'unknown', reason: 'cannot tell' }, signal),
    denies: () => answerAfter(world, soon, { ...good, outcome: 'bad', reason: 'refused' }, signal),
    hangs: () => world.hang(signal),
    hangsDeaf: () => world.hangDeaf(),
    comesLate: () => answerAfter(world, spec.timeoutMs + dice.between(0, 3000), good),
    rejects: () => Promise.reject(new Error('a bug')),
    throws: () => {
      throw new Error('a bug at once');
    },
    lies: async () => LIES[dice.pick(Object.keys(LIES))]!(good) as Reading,
    nothing: async () => undefined as unknown as Reading,
    blocks: async () => {
      world.block(dice.between(1, 800));
      return said(world, good);
    },
  };
  return moods[dice.weighted(weights)]!();
}

async function answerAfter(world: World, ms: number, reading: Reading, signal?: AbortSignal): Promise<Reading> {
  await world.take(ms, signal);
  return said(world, reading);
}

function said(world: World, reading: Reading): Reading {
  world.answers.set(reading.values['call']!, { at: world.clock.now(), outcome: reading.outcome });
  return reading;
}

function fakeDrain(world: World, dice: Dice, now: () => number): Pick<ProbeSession, 'drain'> {
  const final = (): FinalReading => ({ covers: [Math.min(0, now()), now()], values: { seen: 5 } });
  const drains: Record<string, NonNullable<ProbeSession['drain']>> = {
    works: async (signal) => {
      await world.take(dice.between(0, 300), signal);
      return final();
    },
    bringsSeveral: async () => [final(), { ...final(), values: {} }],
    isEmpty: async () => undefined,
    hangs: (signal) => world.hang(signal),
    hangsDeaf: () => world.hangDeaf(),
    rejects: () => Promise.reject(new Error('a bug')),
    lies: async () => ({ ...final(), values: { seen: Number.POSITIVE_INFINITY } }),
  };
  if (dice.chance(0.3)) return {};
  return {
    drain:
      drains[dice.weighted({ works: 7, bringsSeveral: 1, isEmpty: 1, hangs: 1, hangsDeaf: 1, rejects: 1, lies: 1 })]!,
  };
}
