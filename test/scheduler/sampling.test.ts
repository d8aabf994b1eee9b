import { describe, expect, test } from 'vitest';
import type { ProbeSession, Reading } from '../../src/probes/contract.ts';
import type { OpenProbe } from '../../src/scheduler/lane.ts';
import { startSampling } from '../../src/scheduler/sampling.ts';
import type { Entry, Gap, Sample } from '../../src/slo/model/entry.ts';
import type { ProbeSpec } from '../../src/slo/model/plan.ts';
import { slotDue } from '../../src/slo/slots.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { answering, GOOD, probeSpec } from './test-plan.ts';

/** Samples for a second of virtual time; slot 0 of the probe is due at 32. */
async function sampled(build: (clock: VirtualClock) => OpenProbe[], ms = 1000) {
  const clock = new VirtualClock();
  const entries: Entry[] = [];
  const setting = { clock, seed: 7, vantage: 'runner', slotZero: 0, record: (entry: Entry) => entries.push(entry) };
  const sampling = startSampling(setting, build(clock), 0);
  await clock.run(clock.sleepUntil(ms));
  const end = sampling.stop();
  await clock.run(sampling.settledBefore(end));
  sampling.close('the run was stopped');
  return entries.filter((entry): entry is Sample | Gap => entry.type === 'sample' || entry.type === 'gap');
}

function probe(sample: ProbeSession['sample'], changes: Partial<ProbeSpec> = {}): OpenProbe {
  return { spec: probeSpec(changes), session: { sample, close: async () => {} } };
}

function summary(entries: (Sample | Gap)[]): string[] {
  return entries.map((entry) => (entry.type === 'gap' ? `gap: ${entry.reason}` : entry.outcome));
}

const never = () => new Promise<never>(() => {});

describe('a probe that hangs', () => {
  test('is sampled at every slot all the same, each a bad one at its deadline', async () => {
    const aborted: number[] = [];
    const entries = await sampled((clock) => [
      probe((signal) => {
        signal.addEventListener('abort', () => aborted.push(clock.now()));
        return never();
      }),
    ]);

    expect(entries.length).toBe(10);
    for (const entry of entries)
      expect(entry).toMatchObject({ outcome: 'bad', values: {}, reason: 'no answer within 250ms' });
    expect(aborted).toEqual(entries.map((entry) => entry.due + 250));
  });

  test('leaves gaps where a missed deadline says nothing about the service', async () => {
    const entries = await sampled(() => [probe(never, { onTimeout: 'unknown' })]);

    expect(new Set(summary(entries))).toEqual(new Set(['gap: no answer within 250ms']));
  });

  test('and answers after its deadline is not believed', async () => {
    const entries = await sampled((clock) => [
      probe(async () => {
        await clock.sleepUntil(clock.now() + 251);
        return GOOD;
      }),
    ]);

    expect(new Set(summary(entries))).toEqual(new Set(['bad']));
    expect(entries.length).toBe(10);
  });

  test('and never stops is given no more work past a limit: that is an overrun of ours', async () => {
    const entries = await sampled(() => [probe(never)], 60_000);

    const reasons = summary(entries);
    expect(reasons.filter((reason) => reason === 'bad').length).toBe(258);
    expect(reasons.at(-1)).toBe('gap: overrun');
  });

  test('does not hold up another', async () => {
    const entries = await sampled(() => [
      probe(never, { name: 'hanging' }),
      { spec: probeSpec({ name: 'quick' }), session: answering(GOOD) },
    ]);

    const quick = entries.filter((entry) => entry.probe === 'quick');
    expect(quick.length).toBe(10);
    for (const entry of quick) expect(entry).toMatchObject({ outcome: 'good', started: entry.due });
  });
});

describe('the end of sampling', () => {
  test('lies after a slot that is due and taken at that very moment', async () => {
    const clock = new VirtualClock();
    const entries: Entry[] = [];
    const setting = { clock, seed: 7, vantage: 'runner', slotZero: 0, record: (entry: Entry) => entries.push(entry) };
    const spec = probeSpec();
    const sampling = startSampling(setting, [{ spec, session: answering(GOOD) }], 0);
    const due = slotDue(7, spec, 0, 4);
    await clock.run(clock.sleepUntil(due));
    await clock.run(sampling.settledBefore(due + 1));
    const end = sampling.stop();

    expect(entries.length).toBe(5);
    expect(end).toBeGreaterThan(due);
    expect(end).toBeLessThan(due + 1);
  });

  test('makes gaps of what is still under way, and wakes nobody any more', async () => {
    const clock = new VirtualClock();
    const entries: Entry[] = [];
    const setting = { clock, seed: 7, vantage: 'runner', slotZero: 0, record: (entry: Entry) => entries.push(entry) };
    const sampling = startSampling(setting, [probe(never)], 0);
    await clock.run(clock.sleepUntil(200));
    sampling.stop();
    sampling.close('the run was stopped');

    expect(entries).toMatchObject([
      { type: 'gap', slot: 0, reason: 'the run was stopped' },
      { type: 'gap', slot: 1, reason: 'the run was stopped' },
    ]);
    await expect(clock.run(never())).rejects.toThrow('stuck at 200');
  });
});

describe('a program that stands still', () => {
  test('says of each slot that it could not start in time', async () => {
    const entries = await sampled((clock) => {
      clock.at(300, () => clock.block(350));
      return [{ spec: probeSpec(), session: answering(GOOD) }];
    });

    expect(summary(entries)).toEqual([
      ...Array(3).fill('good'),
      ...Array(3).fill('gap: late'),
      ...Array(4).fill('good'),
    ]);
  });

  test('does not blame the service for an answer that it could not read in time', async () => {
    const entries = await sampled((clock) => {
      clock.at(140, () => clock.block(600));
      return [probe((signal) => clock.sleepUntil(clock.now() + 100, signal).then(() => GOOD))];
    });

    expect(summary(entries).slice(0, 3)).toEqual(['good', 'unknown', 'gap: late']);
  });

  test('loses no count that lay unread until after the deadline', async () => {
    const entries = await sampled((clock) => {
      const counted = async (): Promise<Reading> => {
        if (clock.now() > 200 && clock.now() < 300) clock.block(600);
        return { outcome: 'good', values: { seen: 3 }, covers: [0, clock.now()] };
      };
      return [probe(counted)];
    });

    expect(summary(entries).slice(0, 4)).toEqual(['good', 'good', 'unknown', 'gap: late']);
    expect(entries[2]).toMatchObject({ values: { seen: 3 }, covers: [0, expect.any(Number)] });
  });

  test('does not call a probe late that never answered while it stood still', async () => {
    const entries = await sampled((clock) => {
      clock.at(140, () => clock.block(600));
      return [probe((signal) => clock.sleepUntil(clock.now() + 10_000, signal).then(() => GOOD))];
    });

    expect(summary(entries).slice(0, 2)).toEqual(['gap: stalled', 'gap: stalled']);
  });
});

describe('a probe that breaks its contract never counts as good', () => {
  const lying = (reading: unknown) => async () => reading as Reading;

  test.each<[string, ProbeSession['sample'], string]>([
    ['rejects', () => Promise.reject(new Error('a bug\nat line 3')), 'a bug'],
    [
      'throws',
      () => {
        throw new TypeError('x is undefined');
      },
      'x is undefined',
    ],
    ['returns no promise', (() => undefined) as never, "Cannot read properties of undefined (reading 'then')"],
    ['returns nothing', lying(undefined), 'it returned no reading'],
    ['invents an outcome', lying({ outcome: 'fine', values: {} }), 'unknown outcome "fine"'],
    ['has no values', lying({ outcome: 'good' }), 'the values are missing'],
    ['measures NaN', lying({ outcome: 'good', values: { ms: Number.NaN } }), 'value "ms" is not a finite number'],
    ['measures infinity', lying({ outcome: 'good', values: { ms: 1 / 0 } }), 'value "ms" is not a finite number'],
    ['measures a text', lying({ outcome: 'good', values: { ms: '5' } }), 'value "ms" is not a finite number'],
    [
      'measures what it did not declare',
      lying({ outcome: 'good', values: { toString: 5 } }),
      'value "toString" is not declared',
    ],
    [
      'counts over no time',
      lying({ outcome: 'good', values: { seen: 1 } }),
      '"seen" counts, but the reading does not say what it covers',
    ],
    ['covers time backwards', lying({ outcome: 'good', values: {}, covers: [5, 4] }), 'covers ends before it begins'],
    ['covers half a span', lying({ outcome: 'good', values: {}, covers: [5] }), 'covers is not a span'],
    [
      'has a broken part',
      lying({ outcome: 'good', values: {}, parts: [{ labels: {}, outcome: 'good', values: { ms: Number.NaN } }] }),
      'value "ms" is not a finite number',
    ],
    [
      'has a part without labels',
      lying({ outcome: 'good', values: {}, parts: [{ outcome: 'good', values: {} }] }),
      'the labels of a part are not texts',
    ],
    [
      'has too many parts',
      lying({ outcome: 'good', values: {}, parts: Array(1001).fill({}) }),
      'it has 1001 parts, more than 1000',
    ],
    [
      'has a detail that is not JSON',
      lying({ outcome: 'good', values: {}, detail: 1n }),
      'the detail cannot be recorded',
    ],
    [
      'has an endless detail',
      lying({ outcome: 'good', values: {}, detail: 'x'.repeat(70_000) }),
      'the detail is longer than 65536 characters',
    ],
    ['gives a number as reason', lying({ outcome: 'bad', values: {}, reason: 7 }), 'the reason is not a text'],
  ])('one that %s', async (_, sample, problem) => {
    const entries = await sampled(() => [probe(sample)]);

    expect(entries.length).toBe(10);
    expect(new Set(summary(entries))).toEqual(new Set([`gap: probe failed: ${problem}`]));
  });
});

test('a whole reading is recorded as it is', async () => {
  const reading: Reading = {
    outcome: 'bad',
    values: { ms: 3, seen: 2 },
    reason: 'two of three',
    parts: [{ labels: { topic: 'a' }, outcome: 'bad', values: { ms: 1 } }],
    covers: [0, 10],
    detail: { first: '18446744073709551615' },
  };
  const [entry] = await sampled(() => [{ spec: probeSpec(), session: answering(reading) }]);

  expect(entry).toEqual({
    type: 'sample',
    probe: 'port',
    vantage: 'runner',
    slot: 0,
    due: entry!.due,
    started: entry!.due,
    ended: entry!.due,
    ...reading,
  });
});
