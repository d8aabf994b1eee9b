import { describe, expect, test } from 'vitest';
import type { Entry, Life } from '../../src/slo/model/entry.ts';
import { slotDue } from '../../src/slo/slots.ts';
import {
  answering,
  chaosEvents,
  conducted,
  entriesOf,
  experiment,
  GOOD,
  obedientDriver,
  planOf,
  probeSpec,
  steps,
} from './test-plan.ts';

const LIVES = { covers: [0, 9] as [number, number], values: {} };
const WHOLE = { span: [0, 9] as [number, number], page: 2, pages: 2 };
const LIFE: Life = { id: 'w', seen: [1, 2], within: [null, 3], outcome: 'good' };

describe('a run in which all goes well', () => {
  test('steps through the phases, each counted from what really happened', async () => {
    const { entries, result } = await conducted(() => ({}));

    expect(steps(entries)).toEqual([
      'started@0',
      'requested@1010',
      'injected@1110',
      'recovering@3115',
      'recovered@3165',
      'quiesced@4165',
      'ended@4165',
    ]);
    expect(entries[0]).toMatchObject({ type: 'vantage', vantage: 'runner', slotZero: 0 });
    expect(entries.at(-1)).toEqual({ type: 'end', at: 4165, cause: 'completed' });
    expect(result).toEqual({ leftBehind: [], injectedAnything: true });
  });

  test('probes are due without a break through all phases', async () => {
    const { entries } = await conducted(() => ({}));

    const samples = entriesOf(entries, 'sample');
    expect(samples.map((sample) => sample.slot)).toEqual(Array.from({ length: samples.length }, (_, i) => i));
    expect(samples.length).toBeGreaterThan(40);
    for (const { slot, due } of samples) expect(due).toBe(slotDue(7, probeSpec(), 0, slot));
  });

  test('the proof of the mechanism is recorded at the injection and again before the removal', async () => {
    const { entries } = await conducted(() => ({}));

    const evidence = chaosEvents(entries).map((event) => event.evidence?.map((item) => item.text).join());
    expect(evidence).toEqual([undefined, undefined, 'in place', 'still in place', undefined, undefined, undefined]);
  });

  test('experiments run one after another, and probes rest in between', async () => {
    const { entries, calls } = await conducted(() => ({
      plan: planOf([experiment(), experiment({ name: 'lag' })], [probeSpec()]),
    }));

    expect(steps(entries, 'lag')[0]).toBe('started@4165');
    const each = ['prepare', 'inject', 'evidence', 'recover', 'close'];
    expect(calls.map((call) => call.split(' ')[0])).toEqual([...each, ...each]);
  });

  test('a drain gets the settle time and leaves a final', async () => {
    const { entries } = await conducted((clock) => ({
      plan: planOf([experiment({ phases: { steadyMs: 0, recoveryMs: 0, settleMs: 60_000 } })], [probeSpec()]),
      probes: [
        {
          spec: probeSpec(),
          session: {
            sample: async () => ({ outcome: 'good', values: {} }),
            drain: async (signal) => {
              await clock.sleepUntil(clock.now() + 55_000, signal);
              return { covers: [0, clock.now()], values: { seen: 4 } };
            },
            close: async () => {},
          },
        },
      ],
    }));

    expect(entriesOf(entries, 'final')).toMatchObject([{ probe: 'port', vantage: 'runner', values: { seen: 4 } }]);
  });

  test.each([
    ['several readings leaves as many finals', { covers: [0, 9] as [number, number], values: { seen: 1 } }, 2],
    ['a reading that tells of lives leaves it', { ...LIVES, lives: [LIFE, LIFE] }, 2],
    ['a life of which nobody knows when it was leaves none', { ...LIVES, lives: [{ ...LIFE, seen: [] as never }] }, 0],
    ['more lives than can be recorded leaves none', { ...LIVES, lives: Array(1001).fill(LIFE) }, 0],
    ['a reading that tells what ended leaves it', { ...LIVES, ends: [['a', '1']], whole: WHOLE }, 2],
    ['more ends than can be recorded leaves none', { ...LIVES, ends: Array(1001).fill(['a']) }, 0],
    ['ends that are no keys leaves none', { ...LIVES, ends: ['a'] as never }, 0],
    ['a page beyond the last leaves none', { ...LIVES, whole: { ...WHOLE, page: 3 } }, 0],
    ['a reading that breaks its contract leaves none', { covers: [9, 0] as [number, number], values: {} }, 0],
  ])('a drain of %s', async (_, second, finals) => {
    const { entries } = await conducted(() => ({
      probes: [
        {
          spec: probeSpec(),
          session: { ...answering(GOOD), drain: async () => [{ covers: [0, 5], values: { seen: 4 } }, second] },
        },
      ],
    }));

    expect(entriesOf(entries, 'final').length).toBe(finals);
    expect(entries.at(-1)).toMatchObject({ type: 'end', cause: 'completed' });
  });

  test('samples that are under way at the end are awaited', async () => {
    const spec = probeSpec({ timeoutMs: 2000 });
    const { entries } = await conducted((clock) => ({
      probes: [
        {
          spec,
          session: {
            sample: (signal) =>
              clock.sleepUntil(clock.now() + 1900, signal).then(() => ({ outcome: 'good', values: {} })),
            close: async () => {},
          },
        },
      ],
    }));

    expect(entriesOf(entries, 'gap')).toEqual([]);
    expect(new Set(entriesOf(entries, 'sample').map((sample) => sample.outcome))).toEqual(new Set(['good']));
  });

  test('references are asked before the first experiment and after each', async () => {
    const reference = (of: string): Entry[] => [
      { type: 'reference', of, source: 's', query: 'q', start: '', end: '', step: 0, series: [] },
    ];

    const { entries } = await conducted(() => ({
      collect: { before: async () => reference('baseline:b'), after: async (name) => reference(`objective:o@${name}`) },
    }));

    const kinds = entries.map((entry) => (entry.type === 'reference' ? entry.of : entry.type));
    expect(kinds.indexOf('baseline:b')).toBe(1);
    expect(kinds.slice(-3)).toEqual(['objective:o@cut', 'chaos', 'end']);
  });
});

describe('a one-shot fault', () => {
  test('lasts until the driver sees its end, and recovery counts from the injection', async () => {
    const { entries } = await conducted((clock, calls) => ({
      plan: planOf(
        [experiment({ oneShot: true, durationMs: 0, phases: { steadyMs: 0, recoveryMs: 5000, settleMs: 0 } })],
        [probeSpec()],
      ),
      driverOf: async () =>
        obedientDriver(clock, calls, {
          hold: async () => {
            await clock.sleepUntil(clock.now() + 700);
            return { at: clock.now() - 20, notBefore: clock.now() - 30, evidence: [] };
          },
        }),
    }));

    const events = chaosEvents(entries);
    expect(steps(entries).slice(1)).toEqual([
      'requested@10',
      'injected@110',
      'recovering@790',
      'recovered@790',
      'quiesced@5110',
      'ended@5110',
    ]);
    expect(events.every((event) => event.oneShot)).toBe(true);
    expect(events.find((event) => event.state === 'recovered')?.notBefore).toBe(780);
  });

  test('whose end cannot be followed is removed, and the run stops', async () => {
    const { result, calls } = await conducted((clock, calls) => ({
      plan: planOf([experiment({ oneShot: true })], [probeSpec()]),
      driverOf: async () => obedientDriver(clock, calls, { hold: () => Promise.reject(new Error('the watch broke')) }),
    }));

    expect(result.aborted).toBe('the fault of cut could not be followed to its end: the watch broke');
    expect(calls).toContain('recover 1110');
  });
});

describe('the gate', () => {
  test('stays open for slots that are under way when the steady phase ends', async () => {
    const spec = probeSpec();
    let asked: { from: number; to: number; answered: number } | undefined;

    await conducted((clock) => {
      let answered = 0;
      const sample = async (signal: AbortSignal) => {
        await clock.sleepUntil(clock.now() + 240, signal);
        answered++;
        return { outcome: 'good' as const, values: {} };
      };
      return {
        probes: [{ spec, session: { sample, close: async () => {} } }],
        decide: {
          gate: (_, steady) => {
            asked = { ...steady, answered };
            return { open: false };
          },
        },
      };
    });

    expect(asked).toMatchObject({ from: 0, to: 1000 });
    expect(asked!.answered).toBeGreaterThanOrEqual(10);
  });

  test('closed: nothing is requested, and the later experiments do not run', async () => {
    const { entries, result, calls } = await conducted(() => ({
      plan: planOf([experiment(), experiment({ name: 'lag' }), experiment({ name: 'kill' })], [probeSpec()]),
      decide: { gate: () => ({ open: false, reason: 'port-open-before failed' }) },
    }));

    expect(steps(entries)).toEqual(['started@0', 'quiesced@1000', 'ended@1000']);
    expect(entriesOf(entries, 'gate')).toMatchObject([
      { experiment: 'cut', open: false, reason: 'port-open-before failed' },
      { experiment: 'lag', open: false, reason: 'the gate before cut was closed: port-open-before failed' },
      { experiment: 'kill', open: false },
    ]);
    expect(calls).toEqual([]);
    expect(result).toEqual({ leftBehind: [], injectedAnything: false });
    expect(entries.at(-1)).toMatchObject({ type: 'end', cause: 'completed' });
  });

  test('that cannot decide is closed', async () => {
    const { entries } = await conducted(() => ({
      decide: {
        gate: () => {
          throw new Error('no such objective');
        },
      },
    }));

    expect(entriesOf(entries, 'gate')).toMatchObject([
      { open: false, reason: 'the gate could not decide: no such objective' },
    ]);
  });
});

describe('a driver that refuses before the injection', () => {
  test.each([
    ['problems', { targets: [], problems: ['no permission', 'no namespace'] }, 'no permission; no namespace'],
    ['too many targets', { targets: ['a', 'b', 'c'], problems: [] }, '3 targets, but limits.maxTargets is 2'],
  ])('%s: nothing is requested, and the driver is closed', async (_, preparation, reason) => {
    const { entries, result, calls } = await conducted((clock, calls) => ({
      plan: planOf([experiment(), experiment({ name: 'lag' })], [probeSpec()]),
      driverOf: async () => obedientDriver(clock, calls, { prepare: async () => preparation }),
    }));

    expect(chaosEvents(entries).map((event) => event.state)).toEqual(['started', 'failed', 'quiesced', 'ended']);
    expect(chaosEvents(entries)[1]?.reason).toBe(reason);
    expect(entriesOf(entries, 'gate').at(-1)).toMatchObject({ experiment: 'lag', open: false });
    expect(calls).toEqual(['close 1000']);
    expect(result.injectedAnything).toBe(false);
  });

  test('a driver that opens too late is closed when it does', async () => {
    const { entries, calls, clock } = await conducted((clock, calls) => ({
      budgets: { prepareMs: 500 },
      driverOf: async () => {
        await clock.sleepUntil(9000);
        return obedientDriver(clock, calls);
      },
    }));
    await clock.runOut(10_000);

    expect(chaosEvents(entries)[1]).toMatchObject({
      state: 'failed',
      reason: 'opening the driver did not finish within 500ms',
    });
    expect(calls).toEqual(['close 9000']);
  });
});
