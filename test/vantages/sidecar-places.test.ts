import { describe, expect, it } from 'vitest';
import { lineagesOf } from '../../src/slo/lineages.ts';
import { Recording } from '../../src/slo/recording.ts';
import { bootsOf, stage, timesTold } from './sidecar-stage.ts';

describe('while processes come and go', () => {
  it('a process that begins anew is another boot of the same instance', async () => {
    const { sidecars, reader, entries, until, prepared, settled } = stage();
    sidecars.boot('10.0.0.1', 'a', 1000);
    sidecars.addresses = ['10.0.0.1'];
    await prepared();
    reader.start();
    await until(3000);
    sidecars.kill('10.0.0.1');
    await until(4000);
    sidecars.boot('10.0.0.1', 'a', -4000);
    await until(8000);
    await settled(8000, 1000);

    const [first, second] = bootsOf(entries);
    expect(bootsOf(entries)).toHaveLength(2);
    expect(second).toMatchObject({ instance: 'a' });
    expect(second!.boot).not.toBe(first!.boot);
    expect(second!.slotZero).toBeCloseTo(4000, -1);
    const told = timesTold(entries, second!, 4100, 8000);
    expect(told).toEqual(told.map(() => 1));
  });

  it('a process that comes where one has gone takes its place', async () => {
    const { sidecars, reader, entries, until, prepared } = stage();
    sidecars.boot('10.0.0.1', 'a');
    sidecars.boot('10.0.0.2', 'b');
    await prepared();
    reader.start();
    await until(3000);
    sidecars.kill('10.0.0.1');
    await until(5000);
    sidecars.boot('10.0.0.3', 'c');
    await until(20_000);

    const told = bootsOf(entries).filter(({ instance }) => instance === 'c');
    expect(told.at(-1)).toMatchObject({ replaces: 'a' });
    expect(bootsOf(entries).some(({ instance, replaces }) => instance === 'b' && replaces !== undefined)).toBe(false);
  });

  it('one that comes back keeps its place, and the newcomer is one more', async () => {
    const { sidecars, reader, entries, until, prepared } = stage();
    sidecars.boot('10.0.0.1', 'a');
    sidecars.boot('10.0.0.2', 'b');
    await prepared();
    reader.start();
    await until(3000);
    sidecars.weather = (to) => ({ thereMs: 1, backMs: 1, ...(to === '10.0.0.1' && { lost: 'there' as const }) });
    sidecars.addresses = ['10.0.0.2'];
    await until(10_000);
    sidecars.boot('10.0.0.3', 'c');
    sidecars.addresses = ['10.0.0.2', '10.0.0.3'];
    await until(20_000);
    const meanwhile = bootsOf(entries).findLast(({ instance }) => instance === 'c')!;
    sidecars.weather = () => ({ thereMs: 1, backMs: 1 });
    sidecars.addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    await until(30_000);

    expect(meanwhile.replaces).toBe('a');
    expect(bootsOf(entries).findLast(({ instance }) => instance === 'c')!.replaces).toBeUndefined();
    expect(lineagesOf(Recording.of(entries), 'gateway')).toHaveLength(3);
  });

  it('one that begins anew after its place was taken has it back', async () => {
    const { sidecars, reader, entries, until, prepared } = stage();
    sidecars.boot('10.0.0.1', 'a');
    await prepared();
    reader.start();
    await until(3000);
    sidecars.kill('10.0.0.1');
    sidecars.boot('10.0.0.3', 'c');
    await until(20_000);
    const meanwhile = bootsOf(entries).findLast(({ instance }) => instance === 'c')!;
    sidecars.boot('10.0.0.4', 'a');
    await until(30_000);
    const lineages = lineagesOf(Recording.of(entries), 'gateway');

    expect(meanwhile.replaces).toBe('a');
    expect(lineages.map(({ grids }) => grids.map(({ instance }) => instance))).toEqual([['a', 'a'], ['c']]);
  });

  it("a process that joins while the others are there takes nobody's place", async () => {
    const { sidecars, reader, entries, until, prepared } = stage();
    sidecars.boot('10.0.0.1', 'a');
    await prepared();
    reader.start();
    await until(3000);
    sidecars.boot('10.0.0.3', 'c');
    await until(20_000);

    expect(bootsOf(entries).map(({ instance, replaces }) => [instance, replaces])).toEqual([
      ['a', undefined],
      ['c', undefined],
    ]);
  });
});
