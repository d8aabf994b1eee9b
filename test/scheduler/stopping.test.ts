import { describe, expect, test } from 'vitest';
import type { ConductParts, StopReading } from '../../src/scheduler/parts.ts';
import type { VirtualClock } from '../simulation/virtual-clock.ts';
import {
  chaosEvents,
  conducted,
  entriesOf,
  experiment,
  obedientDriver,
  planOf,
  probeSpec,
  steps,
} from './test-plan.ts';

const never = () => new Promise<never>(() => {});
const CALM: StopReading = { value: 1, breach: false, reason: '' };
const BREACH: StopReading = { value: 73, breach: true, reason: '73 is above 50' };

function abortedAt(
  moment: number,
  build: (clock: VirtualClock, calls: string[]) => Partial<ConductParts> = () => ({}),
) {
  return conducted((clock, calls) => {
    const controller = new AbortController();
    clock.at(moment, () => controller.abort('SIGTERM'));
    return { abort: controller.signal, ...build(clock, calls) };
  });
}

describe('a signal', () => {
  test('while the fault holds: it is removed first, then the rest', async () => {
    const { entries, result, calls } = await abortedAt(2000);

    expect(steps(entries).slice(3)).toEqual(['recovering@2000', 'recovered@2050', 'quiesced@2050', 'ended@2050']);
    expect(calls).not.toContainEqual(expect.stringMatching(/^evidence/));
    expect(result.aborted).toBe('SIGTERM');
    expect(entries.at(-1)).toEqual({ type: 'end', at: 2050, cause: 'aborted', reason: 'SIGTERM' });
  });

  test('while the injection is under way: it is interrupted and removed', async () => {
    const { entries } = await abortedAt(1500, (clock, calls) => ({
      driverOf: async () =>
        obedientDriver(clock, calls, {
          inject: (signal) => clock.sleepUntil(60_000, signal).then(() => ({ evidence: [] })),
        }),
    }));

    expect(steps(entries).slice(1)).toEqual([
      'requested@1010',
      'recovering@1500',
      'recovered@1550',
      'quiesced@1550',
      'ended@1550',
    ]);
  });

  test.each([
    ['before the first slot', 0, ['started', 'quiesced', 'ended'], 0],
    ['in the steady phase', 500, ['started', 'quiesced', 'ended'], 0],
    ['while the driver prepares', 1005, ['started', 'quiesced', 'ended'], 0],
    ['in the recovery phase', 3500, ['recovered', 'quiesced', 'ended'], 1],
  ])('%s ends the run soon', async (_, moment, lastStates, removals) => {
    const { entries, calls, result } = await abortedAt(moment);

    expect(
      chaosEvents(entries)
        .map((event) => event.state)
        .slice(-3),
    ).toEqual(lastStates);
    expect(calls.filter((call) => call.startsWith('recover')).length).toBe(removals);
    expect(result.aborted).toBe('SIGTERM');
  });

  test('that came before the run: no experiment starts, each says why', async () => {
    const { entries } = await conducted(() => ({ abort: AbortSignal.abort('SIGINT') }));

    expect(entries.map((entry) => entry.type)).toEqual(['vantage', 'gate', 'end']);
    expect(entries[1]).toMatchObject({ open: false, reason: 'SIGINT' });
  });

  test('samples and drains that hang get little time', async () => {
    const spec = probeSpec({ timeoutMs: 60_000 });
    const { entries, clock } = await abortedAt(2000, () => ({
      probes: [{ spec, session: { sample: never, drain: never, close: async () => {} } }],
    }));

    expect(clock.now()).toBeLessThanOrEqual(2000 + 50 + 2000 + 3000);
    expect(entriesOf(entries, 'gap').every((gap) => gap.reason === 'the run was stopped')).toBe(true);
  });
});

describe('limits.maxFault', () => {
  test('past it the fault is removed and the run stopped', async () => {
    const plan = planOf([experiment({ durationMs: 60_000 })], [probeSpec()]);
    const { entries, result } = await conducted(() => ({
      plan: { ...plan, limits: { ...plan.limits, maxFaultMs: 3000 } },
    }));

    expect(steps(entries)).toContain('recovering@4010');
    expect(result.aborted).toBe('the fault of cut was there for limits.maxFault, 3s');
  });
});

describe('a stop condition', () => {
  function conditionOf(forMs: number, read: (now: number) => StopReading | Promise<StopReading>) {
    return conducted((clock) => ({
      plan: planOf([experiment({ durationMs: 60_000 })], [probeSpec()]),
      stopConditions: [{ name: 'errors', intervalMs: 500, forMs, read: async () => read(clock.now()) }],
    }));
  }

  test.each<[string, (now: number) => StopReading | Promise<StopReading>, number, string]>([
    [
      'a breach that lasts removes the fault',
      (now) => (now >= 2000 ? BREACH : CALM),
      3000,
      'stop condition errors: 73 is above 50 for 1s',
    ],
    [
      'no data counts as a breach',
      (now) => (now >= 2000 ? Promise.reject(new Error('connection refused')) : CALM),
      3000,
      'stop condition errors: no data (connection refused) for 1s',
    ],
    [
      'a query that hangs counts as a breach',
      (now) => (now >= 2000 ? never() : CALM),
      5000,
      'stop condition errors: no data (the query did not finish within 3s) for 1s',
    ],
  ])('%s', async (_, read, stoppedAt, reason) => {
    const { entries, result } = await conditionOf(1000, read);

    expect(result.aborted).toBe(reason);
    expect(steps(entries)).toContain(`recovering@${stoppedAt}`);
  });

  test('a breach that ends in time is forgiven, and the next one counts anew', async () => {
    const { result, entries } = await conditionOf(1000, (now) =>
      now % 1000 < 500 && now < 8000 ? BREACH : now < 8000 ? CALM : BREACH,
    );

    expect(result.aborted).toContain('73 is above 50');
    expect(steps(entries)).toContain('recovering@9000');
  });

  test('no fault starts under a breach', async () => {
    const { entries, result } = await conditionOf(5000, (now) => (now >= 500 ? BREACH : CALM));

    expect(chaosEvents(entries).map((event) => event.state)).toEqual(['started', 'quiesced', 'ended']);
    expect(result.injectedAnything).toBe(false);
  });

  test('is not asked any more once the fault is removed', async () => {
    let lastRead = 0;
    const { entries } = await conducted((clock) => ({
      stopConditions: [
        {
          name: 'errors',
          intervalMs: 100,
          forMs: 0,
          read: async () => {
            lastRead = clock.now();
            return CALM;
          },
        },
      ],
    }));

    expect(lastRead).toBeLessThanOrEqual(3165);
    expect(entries.at(-1)).toMatchObject({ cause: 'completed' });
  });
});

describe('a timeline that cannot be written', () => {
  test('stops the run, after the fault was removed', async () => {
    const { result, calls } = await conducted((clock) => ({
      record: () => {
        if (clock.now() > 2000) throw new Error('ENOSPC: no space left on device');
      },
    }));

    expect(result.aborted).toBe('the timeline cannot be written: ENOSPC: no space left on device');
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['prepare', 'inject', 'recover', 'close']);
  });

  test('that cannot be made durable: no fault is injected', async () => {
    const { result, calls } = await conducted(() => ({ sync: () => Promise.reject(new Error('EIO')) }));

    expect(result).toMatchObject({ aborted: 'the timeline cannot be written: EIO', injectedAnything: false });
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['prepare', 'close']);
  });
});
