import { describe, expect, it } from 'vitest';
import type { FaultFact } from '../../src/chaos/contract.ts';
import { chaosEvents, conducted, obedientDriver, steps } from './test-plan.ts';

/** A run whose driver says something while the fault holds. */
function telling(...facts: unknown[]) {
  return conducted((clock, calls) => ({
    driverOf: async (_experiment, { tell }) =>
      obedientDriver(clock, calls, {
        async inject() {
          for (const fact of facts) tell(fact as FaultFact);
          return { evidence: [] };
        },
      }),
  }));
}

async function told(...facts: unknown[]) {
  const { entries } = await telling(...facts);
  return chaosEvents(entries).filter(({ state, fault }) => state === 'observed' || fault !== undefined);
}

describe('what a driver tells between the steps', () => {
  it('goes into the timeline at its moment, with the fault that it speaks of', async () => {
    const evidence = [{ of: 'mechanism', holds: true, text: 'a new pod' }];
    const [event] = await told({ fault: 'kill', oneShot: true, state: 'injected', at: 900, notBefore: 800, evidence });
    expect(event).toMatchObject({ fault: 'kill', oneShot: true, state: 'injected', at: 900, notBefore: 800, evidence });
  });

  it.each<[sentence: string, fact: unknown]>([
    ['a step of nobody, which would be the experiment’s own', { state: 'recovered' }],
    ['a state that only the conductor may record', { fault: 'kill', state: 'ended' }],
    ['a state that there is not', { fault: 'kill', state: 'sideways' }],
  ])('is left out where it is %s', async (_sentence, fact) => {
    expect(await told(fact)).toEqual([]);
  });

  it.each([
    ['the future', 1e9],
    ['no time at all', Number.NaN],
  ])('cannot lie in %s', async (_sentence, at) => {
    const [event] = await told({ state: 'observed', reason: 'an event', at });
    expect(event!.at).toBeLessThanOrEqual(1_010);
  });

  it('holds what the preparation found, for the reader of the report', async () => {
    const facts = [{ of: 'note' as const, text: 'Chaos Mesh 2.8.3' }];
    const { entries } = await conducted((clock, calls) => ({
      driverOf: async () =>
        obedientDriver(clock, calls, { prepare: async () => ({ targets: ['pod-a'], problems: [], facts }) }),
    }));
    expect(chaosEvents(entries).find(({ state }) => state === 'observed')?.evidence).toEqual(facts);
  });
});

it('a driver that lost its right to break things ends the run, and the fault is removed first', async () => {
  const { entries, result } = await conducted((clock, calls) => ({
    driverOf: async (_experiment, { lost }) => {
      clock.at(2_000, () => lost('the Lease shop/steadfast was taken by another run'));
      return obedientDriver(clock, calls);
    },
  }));
  expect(steps(entries).slice(3, 5)).toEqual(['recovering@2000', 'recovered@2050']);
  expect(result.aborted).toBe('cut: the Lease shop/steadfast was taken by another run');
});
