import { describe, expect, it } from 'vitest';
import type { ConductParts } from '../../src/scheduler/parts.ts';
import type { Entry } from '../../src/slo/model/entry.ts';
import type { VantageReader } from '../../src/vantages/contract.ts';
import type { VirtualClock } from '../simulation/virtual-clock.ts';
import { conducted, entriesOf, experiment, planOf, probeSpec, steps } from './test-plan.ts';

type Changes = Partial<VantageReader>;

/** A reader that does as it should and writes down what was asked of it, with the moment. */
function obedientReader(clock: VirtualClock, calls: string[], changes: Changes = {}): VantageReader {
  const note = (name: string) => calls.push(`${name} ${Math.round(clock.now())}`);
  return {
    prepare: async () => ({ instances: ['a'], problems: [] }),
    start: () => void note('start'),
    settledBefore: async (offset) => void note(`settled before ${Math.round(offset)}`),
    drain: async () => void note('drain'),
    close: async () => void note('close'),
    ...changes,
  };
}

function withReader(change: (clock: VirtualClock, record: (entry: Entry) => void) => Changes = () => ({})) {
  return conducted(
    (clock, calls): Partial<ConductParts> => ({
      plan: planOf([experiment()], [probeSpec()]),
      openVantages: async (record) => [
        { name: 'gateway', reader: obedientReader(clock, calls, change(clock, record)) },
      ],
    }),
  );
}

describe('a run with a vantage', () => {
  it('listens to it before the steady phase, and has it close its books then, and when the experiment begins and ends', async () => {
    const { calls, result } = await withReader();
    const asked = calls.filter((call) => /^(start|drain|settled|close)/.test(call));

    expect(asked.map((call) => call.split(' ')[0])).toEqual([
      ...['start', 'drain', 'drain', 'settled', 'close', 'settled', 'drain', 'close'],
    ]);
    expect(asked.indexOf('start 0')).toBe(0);
    expect(result).toMatchObject({ injectedAnything: true, leftBehind: [] });
  });

  it('judges at the gate only what the vantage has told', async () => {
    const { entries } = await withReader((clock) => ({
      settledBefore: (offset, signal) => clock.sleepUntil(offset + 700, signal),
    }));
    const [gate] = entriesOf(entries, 'gate');

    expect(gate!.open).toBe(true);
    expect(gate!.at).toBeGreaterThanOrEqual(1700);
  });

  it('does not wait for ever for what a vantage out of reach would tell', async () => {
    const { result, entries, progress } = await withReader(() => ({ settledBefore: () => new Promise(() => {}) }));

    expect(result.aborted).toBeUndefined();
    expect(steps(entries).some((step) => step.startsWith('ended'))).toBe(true);
    expect(progress).toContainEqual(
      expect.objectContaining({ text: 'vantage gateway: telling what it measured did not finish within 15s' }),
    );
  });

  it('waits for an answer there as long as its probe may take', async () => {
    const clocked = await conducted(
      (clock, calls): Partial<ConductParts> => ({
        plan: planOf([experiment()], [probeSpec(), probeSpec({ name: 'slow', at: 'gateway', timeoutMs: 30_000 })]),
        openVantages: async () => [
          {
            name: 'gateway',
            reader: obedientReader(clock, calls, {
              settledBefore: async (offset, signal) => {
                await clock.sleepUntil(offset + 29_000, signal);
                calls.push('told all');
              },
            }),
          },
        ],
      }),
    );

    expect(clocked.calls.filter((call) => call === 'told all')).toHaveLength(2);
  });

  it('records nothing after its end, however late a vantage tells', async () => {
    let late: (() => void) | undefined;
    const { entries } = await withReader((_, record) => {
      let closed = false;
      late = () => {
        if (!closed) record({ type: 'gap', probe: 'port', vantage: 'gateway', slot: 0, due: 0, reason: 'late' });
      };
      return {
        close: async () => {
          closed = true;
        },
      };
    });
    late!();

    expect(entries.at(-1)!.type).toBe('end');
  });
});

const unfit: Record<string, [changes: Changes, reason: string]> = {
  'whose processes work by another plan': [
    { prepare: async () => ({ instances: ['a'], problems: ['vantage gateway: another version of the plan'] }) },
    'another version of the plan',
  ],
  'that cannot be prepared': [{ prepare: () => Promise.reject(new Error('no name server')) }, 'no name server'],
  'that hangs': [{ prepare: () => new Promise(() => {}) }, 'did not finish within 30s'],
};

describe('nothing is broken where there is a vantage', () => {
  it.each(Object.entries(unfit))('%s', async (_, [changes, reason]) => {
    const { entries, result, calls } = await withReader(() => changes);

    expect(result.injectedAnything).toBe(false);
    expect(entriesOf(entries, 'gate')).toMatchObject([{ open: false, reason: expect.stringContaining(reason) }]);
    expect(steps(entries)).toEqual([]);
    expect(calls.some((call) => call.startsWith('start'))).toBe(false);
    expect(calls.some((call) => call.startsWith('close'))).toBe(true);
  });

  it('that cannot be opened', async () => {
    const { entries, result } = await conducted(() => ({ openVantages: () => Promise.reject(new Error('a bug')) }));

    expect(result.injectedAnything).toBe(false);
    expect(entriesOf(entries, 'gate')[0]).toMatchObject({ open: false, reason: expect.stringContaining('a bug') });
  });
});
