import { describe, expect, it } from 'vitest';
import type { Final, ProberTrouble } from '../../src/slo/model/entry.ts';
import type { Network } from '../../src/vantages/sidecar/network.ts';
import { planOf, probeSpec } from '../scheduler/test-plan.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { bootsOf, plan, samplesOf, setting, stage, timesTold } from './sidecar-stage.ts';
import { readerOf, VirtualSidecars } from './virtual-sidecars.ts';

describe('before a run', () => {
  it('every process behind the name is found', async () => {
    const { sidecars, prepared } = stage();
    sidecars.boot('10.0.0.1', 'a');
    sidecars.boot('10.0.0.2', 'b');

    expect(await prepared()).toEqual({ instances: ['a', 'b'], problems: [] });
  });

  it('a name that leads nowhere is a problem', async () => {
    expect((await stage().prepared()).problems).toEqual([
      'vantage gateway: its name leads to no address, or cannot be looked up',
    ]);
  });

  it('an address at which nobody answers is a problem, once it had some time', async () => {
    const { sidecars, prepared, clock } = stage();
    sidecars.boot('10.0.0.1', 'a');
    sidecars.addresses = ['10.0.0.1', '10.0.0.2'];

    expect((await prepared()).problems).toEqual(['vantage gateway: nobody answers at 10.0.0.2: connection refused']);
    expect(clock.now()).toBeGreaterThan(4000);
  });

  it('an address of a family on which nobody listens is none', async () => {
    const { sidecars, prepared } = stage();
    sidecars.boot('10.0.0.1', 'a');
    sidecars.addresses = ['10.0.0.1', '::1'];

    expect((await prepared()).problems).toEqual([]);
  });

  it('a process with another version of the plan is a problem at once', async () => {
    const { sidecars, prepared, clock } = stage();
    sidecars.boot('10.0.0.1', 'a', 0, 0, { ...plan, digest: 'sha256:11' });

    expect((await prepared()).problems).toEqual([
      'vantage gateway: instance a works by another version of the plan (sha256:11, and here it is sha256:00): roll it out first',
    ]);
    expect(clock.now()).toBeLessThan(100);
  });

  it('an address that leads to one process or another is a problem: only one of them would be listened to', async () => {
    const clock = new VirtualClock();
    const sidecars = new VirtualSidecars(clock, setting(clock));
    for (const [index, name] of ['a', 'b', 'c'].entries()) sidecars.boot(`10.0.0.${index}`, name);
    let underWay = 0;
    const behindOneAddress: Network = {
      resolve: async () => ['10.96.0.1'],
      // A connection that is kept leads to the same one again; another connection need not.
      ask: (_, question, signal) =>
        sidecars.ask(`10.0.0.${underWay++ % 3}`, question, signal).finally(() => underWay--),
      close: () => {},
    };
    const { reader } = readerOf(behindOneAddress, clock, setting(clock));
    const { problems } = await clock.run(reader.prepare(new AbortController().signal));

    expect(problems).toEqual([expect.stringContaining('several processes share this address')]);
  });

  it('two processes of one name are a problem', async () => {
    const { sidecars, prepared } = stage();
    sidecars.boot('10.0.0.1', 'a');
    sidecars.boot('10.0.0.2', 'a');

    expect((await prepared()).problems[0]).toContain('several processes call themselves a');
  });
});

describe('while a run lasts', () => {
  it("each slot of each process is told once, on the run's clock", async () => {
    const { clock, sidecars, reader, entries, until, prepared, settled } = stage();
    sidecars.boot('10.0.0.1', 'a', 86_400_000);
    sidecars.boot('10.0.0.2', 'b', 123.4);
    await prepared();
    reader.start();
    const from = clock.now();
    await until(5000);
    await settled(5000, 2000);

    for (const boot of bootsOf(entries)) {
      expect(timesTold(entries, boot, from, 5000)).toEqual(timesTold(entries, boot, from, 5000).fill(1));
      for (const { ended, values } of samplesOf(entries, boot.instance)) {
        const ahead = ended - values['ms']!;
        expect(ahead).toBeGreaterThanOrEqual(boot.clock[0]);
        expect(ahead).toBeLessThanOrEqual(boot.clock[1]);
      }
    }
    expect(bootsOf(entries)).toHaveLength(2);
  });

  it('answers that are lost on the way bring nothing twice, and nothing is missing afterwards', async () => {
    const { clock, sidecars, reader, entries, until, prepared, settled } = stage();
    sidecars.boot('10.0.0.1', 'a', -500);
    await prepared();
    reader.start();
    const from = clock.now();
    let turn = 0;
    sidecars.weather = () => ({ thereMs: 3, backMs: 7, ...(turn++ % 3 === 0 && { lost: 'back' as const }) });
    await until(20_000);
    sidecars.weather = () => ({ thereMs: 1, backMs: 1 });
    await settled(20_000, 10_000);

    const told = timesTold(entries, bootsOf(entries)[0]!, from, 20_000);
    expect(told).toEqual(told.map(() => 1));
  });

  it('what is measured behind a partition of the way to the runner is late, not lost', async () => {
    const { clock, sidecars, reader, entries, until, prepared, settled } = stage();
    sidecars.boot('10.0.0.1', 'a');
    await prepared();
    reader.start();
    const from = clock.now();
    sidecars.weather = () => ({ thereMs: 1, backMs: 1, lost: 'there' });
    await until(30_000);
    expect(samplesOf(entries).length).toBeLessThan(20);
    clock.at(32_000, () => (sidecars.weather = () => ({ thereMs: 1, backMs: 1 })));
    await settled(30_000, 15_000);

    expect(clock.now()).toBeLessThan(40_000);
    const told = timesTold(entries, bootsOf(entries)[0]!, from, 30_000);
    expect(told).toEqual(told.map(() => 1));
  });

  it('a process with two addresses is heard at one of them at a time, and tells nothing twice', async () => {
    const slow = probeSpec({ at: 'gateway', intervalMs: 1000 });
    const { clock, sidecars, reader, entries, until, prepared, settled } = stage({
      plan: planOf([], [slow]),
      probes: () => [
        { spec: slow, session: { sample: async () => ({ outcome: 'good', values: {} }), close: async () => {} } },
      ],
    });
    sidecars.alsoAt('fd00::1', sidecars.boot('10.0.0.1', 'a', 300));
    await prepared();
    reader.start();
    const isCutOff = (to: string) => to === '10.0.0.1' && clock.now() > 4000 && clock.now() < 9000;
    sidecars.weather = (to) => ({ thereMs: 1, backMs: 1, ...(isCutOff(to) && { lost: 'back' as const }) });
    await until(30_000);
    await settled(30_000, 5000);

    const slots = samplesOf(entries).map(({ slot }) => slot);
    expect(slots).toEqual([...new Set(slots)]);
    expect(slots.length).toBeGreaterThanOrEqual(29);
  });

  it('a stranger at an address of the vantage is not listened to', async () => {
    const { sidecars, reader, entries, warnings, until, prepared } = stage();
    sidecars.boot('10.0.0.1', 'a');
    await prepared();
    reader.start();
    sidecars.boot('10.0.0.9', 'x', 0, 0, { ...plan, digest: 'sha256:11' });
    await until(10_000);

    expect(samplesOf(entries, 'x')).toEqual([]);
    expect(warnings.filter((text) => text.includes('another version of the plan'))).toHaveLength(1);
  });

  it('a clock that drifts is followed by wider bounds, which hold', async () => {
    const { sidecars, reader, entries, until, prepared } = stage();
    const { clock } = sidecars.boot('10.0.0.1', 'a', 5000, 200e-6);
    await prepared();
    reader.start();
    await until(120_000);

    const last = bootsOf(entries).at(-1)!;
    expect(clock.aheadMs).toBeCloseTo(5024, 0);
    expect(bootsOf(entries).length).toBeGreaterThan(3);
    for (const { ended, values } of samplesOf(entries)) {
      expect(ended - values['ms']!).toBeGreaterThanOrEqual(last.clock[0]);
      expect(ended - values['ms']!).toBeLessThanOrEqual(last.clock[1]);
    }
    expect(last.clock[1]).toBeLessThan(35);
  });

  it('a clock that steps is noticed', async () => {
    const { sidecars, reader, entries, warnings, until, prepared } = stage();
    const { clock } = sidecars.boot('10.0.0.1', 'a');
    await prepared();
    reader.start();
    await until(3000);
    clock.step(400);
    await until(6000);

    expect(warnings).toContain('the clock of a vantage stepped');
    expect(bootsOf(entries).at(-1)!.clock[1]).toBeGreaterThan(399);
  });

  it('what fell out of memory during a long partition is said, and the rest comes', async () => {
    const { sidecars, reader, entries, warnings, until, prepared, settled } = stage({
      memory: { bytes: 1e7, ageMs: 10_000 },
    });
    sidecars.boot('10.0.0.1', 'a');
    await prepared();
    reader.start();
    await until(1000);
    sidecars.weather = () => ({ thereMs: 1, backMs: 1, lost: 'there' });
    await until(60_000);
    sidecars.weather = () => ({ thereMs: 1, backMs: 1 });
    await settled(60_000, 20_000);

    expect(warnings).toContain('samples of a vantage fell out of its memory: they are missing');
    const told = timesTold(entries, bootsOf(entries)[0]!, 55_000, 60_000);
    expect(told).toEqual(told.map(() => 1));
  });

  it('a drain brings the final readings of each process once, also where its answer was lost', async () => {
    const { clock, sidecars, reader, entries, until, prepared } = stage();
    sidecars.boot('10.0.0.1', 'a', 777);
    sidecars.boot('10.0.0.2', 'b');
    await prepared();
    reader.start();
    await until(3000);
    let lost = 0;
    sidecars.weather = () => ({ thereMs: 1, backMs: 1, ...(lost++ < 2 && { lost: 'back' as const }) });
    await clock.run(reader.drain(1000, new AbortController().signal));

    const finals = entries.filter((entry): entry is Final => entry.type === 'final');
    expect(finals.map(({ instance }) => instance).sort()).toEqual(['a', 'b']);
    for (const { covers, lives, whole } of finals) {
      expect(lives, 'its lives are on the clock of the run').toMatchObject([
        { seen: covers, within: [covers[0], null], ended: [null, covers[1]] },
      ]);
      expect(whole).toEqual({ span: covers, page: 1, pages: 1 });
    }
  });

  it('nothing is recorded once it is closed', async () => {
    const { clock, sidecars, reader, entries, until, prepared } = stage();
    sidecars.boot('10.0.0.1', 'a');
    await prepared();
    reader.start();
    await until(3000);
    await clock.run(reader.close());
    const before = entries.length;
    await until(10_000);

    expect(entries.length).toBe(before);
  });
});

/** The watch over the prober looks so often while no sample is under way. */
const A_LOOK_MS = 100;
/** How exactly the times of another clock are known here. */
const CLOCKS_APART_MS = 5;

describe('a process that did not run for a while', () => {
  it('says so, in times of the run', async () => {
    const { sidecars, prepared, reader, clock, until, entries } = stage();
    sidecars.boot('10.0.0.1', 'a', 5_000_000);
    await prepared();
    reader.start();
    clock.at(2003, () => clock.block(500));
    await until(5000);
    await reader.close();

    const troubles = entries.filter((entry) => entry.type === 'prober');
    expect(troubles).toMatchObject([{ vantage: 'gateway', instance: 'a', of: 'stalled' }]);
    const [{ from, to, ms }] = troubles as [ProberTrouble];
    expect(from, 'it still ran then').toBeLessThanOrEqual(2003 + CLOCKS_APART_MS);
    expect(from, 'the look before').toBeGreaterThan(2003 - A_LOOK_MS - CLOCKS_APART_MS);
    expect(Math.abs(to - 2503)).toBeLessThan(CLOCKS_APART_MS);
    expect(ms, 'at least so long').toBeLessThanOrEqual(500);
    expect(ms).toBeGreaterThan(500 - A_LOOK_MS);
  });
});
