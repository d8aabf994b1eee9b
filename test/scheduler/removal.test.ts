import { describe, expect, test } from 'vitest';
import type { Driver, Observed } from '../../src/chaos/contract.ts';
import type { ConductParts } from '../../src/scheduler/parts.ts';
import type { VirtualClock } from '../simulation/virtual-clock.ts';
import { chaosEvents, conducted, experiment, obedientDriver, planOf, probeSpec, steps } from './test-plan.ts';

/** Two experiments; the driver of the first differs in what the case names. */
function withDriver(build: (clock: VirtualClock) => Partial<Driver>, parts: Partial<ConductParts> = {}) {
  return conducted((clock, calls) => ({
    plan: planOf([experiment(), experiment({ name: 'lag' })], [probeSpec()]),
    driverOf: async () => obedientDriver(clock, calls, build(clock)),
    ...parts,
  }));
}

const never = () => new Promise<never>(() => {});

describe('an injection that does not come about', () => {
  test.each<[string, Driver['inject'], string]>([
    ['that is refused', () => Promise.reject(new Error('webhook denied')), 'webhook denied'],
    [
      'that throws',
      () => {
        throw new Error('a bug');
      },
      'a bug',
    ],
    ['that hangs', never, 'the injection did not finish within 1m'],
  ])('%s is recorded as failed and removed all the same', async (_, inject, reason) => {
    const { entries, calls } = await withDriver(() => ({ inject }));

    expect(chaosEvents(entries).map((event) => event.state)).toEqual(
      expect.arrayContaining(['requested', 'failed', 'recovering', 'quiesced', 'ended']),
    );
    expect(chaosEvents(entries).find((event) => event.state === 'failed')?.reason).toBe(reason);
    expect(calls.some((call) => call.startsWith('recover '))).toBe(true);
    expect(steps(entries, 'lag')).toEqual([]);
  });

  test('one that goes on although it was told to stop is removed again, and not trusted', async () => {
    const { result, calls } = await withDriver(() => ({ inject: never }), { budgets: { injectMs: 2000 } });

    expect(calls.filter((call) => call.startsWith('recover')).length).toBe(2);
    expect(result.leftBehind).toEqual(['cut']);
  });

  test('one that strikes after it was told to stop is removed after it has', async () => {
    let struckAt = 0;
    const { result, calls } = await withDriver(
      (clock) => ({
        inject: async (): Promise<Observed> => {
          await clock.sleepUntil(clock.now() + 5000);
          struckAt = clock.now();
          return { evidence: [] };
        },
      }),
      { budgets: { injectMs: 2000 } },
    );

    const lastRemoval = Number(calls.findLast((call) => call.startsWith('recover'))?.split(' ')[1]);
    expect(lastRemoval).toBeGreaterThanOrEqual(struckAt);
    expect(result.leftBehind).toEqual([]);
  });
});

describe('a removal', () => {
  test('that fails is tried again, with a growing pause', async () => {
    let failures = 2;
    const { entries, result } = await withDriver(() => ({
      recover: () => (failures-- > 0 ? Promise.reject(new Error('conflict')) : Promise.resolve({ evidence: [] })),
    }));

    expect(steps(entries)).toContain('recovered@4615');
    expect(result.leftBehind).toEqual([]);
  });

  test.each<[string, Driver['recover'], string]>([
    ['that always fails', () => Promise.reject(new Error('a finalizer holds it')), 'a finalizer holds it'],
    ['that hangs', never, 'the removal did not finish within 30s'],
  ])('%s leaves the fault behind, says so, and stops the run', async (_, recover, reason) => {
    const { entries, result, calls } = await withDriver(() => ({ recover }));

    expect(chaosEvents(entries).at(-3)).toMatchObject({ state: 'left-behind', reason });
    expect(result).toMatchObject({ leftBehind: ['cut'], aborted: `the fault of cut may still be there: ${reason}` });
    expect(entries.at(-1)).toMatchObject({ type: 'end', cause: 'aborted' });
    expect(calls.at(-1)).toMatch(/^close/);
  });
});

describe('evidence', () => {
  test.each<[string, Driver['evidence'], unknown]>([
    ['rejects', () => Promise.reject(new Error('no pod')), 'no second look at the mechanism: no pod'],
    ['hangs', never, 'no second look at the mechanism: the second look did not finish within 5s'],
  ])('a second look that %s is noted and does not stop the removal', async (_, evidence, text) => {
    const { entries } = await withDriver(() => ({ evidence }));

    const recovering = chaosEvents(entries).find((event) => event.state === 'recovering');
    expect(recovering?.evidence).toEqual([{ of: 'note', text }]);
    expect(chaosEvents(entries).map((event) => event.state)).toContain('recovered');
  });

  test('what a driver says about time cannot lie outside what is possible', async () => {
    const { entries } = await withDriver(() => ({
      inject: async () => ({
        at: 1e9,
        notBefore: -4,
        evidence: [{ of: 'mechanism', text: 'x', values: { drops: Number.NaN } }],
      }),
    }));

    const injected = chaosEvents(entries).find((event) => event.state === 'injected');
    expect(injected).toMatchObject({
      at: 1010,
      notBefore: 1010,
      evidence: [{ of: 'mechanism', text: 'x', values: {} }],
    });
  });
});
