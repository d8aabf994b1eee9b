import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Memory } from '../../../src/cli/serve/memory.ts';

it('a reader gets each line once and in order, and knows how many it missed, whatever fell out', () => {
  const step = fc.record({
    length: fc.nat(300),
    passMs: fc.nat(50),
    reads: fc.boolean(),
    limit: fc.integer({ min: 1, max: 2000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const memory = new Memory({ bytes: 2000, ageMs: 400 });
      let [now, cursor, seen] = [0, 0, 0];
      steps.forEach(({ length, passMs, reads, limit }, index) => {
        now += passMs;
        memory.append(`${index} ${'x'.repeat(length)}`, now);
        if (!reads) return;
        const { lines, next, fallenOut } = memory.from(cursor, limit);
        expect(lines.map((line) => Number(line.split(' ')[0]))).toEqual(lines.map((_, at) => cursor + fallenOut + at));
        seen += lines.length + fallenOut;
        cursor = next;
        expect(seen).toBe(cursor);
        expect(memory.bytes).toBeLessThanOrEqual(2000);
      });
    }),
  );
});

it('a memory that is written for long keeps within its bounds', () => {
  const memory = new Memory({ bytes: 100_000, ageMs: 1e9 });
  for (let index = 0; index < 100_000; index++) memory.append(`line ${index}`, index);

  expect(memory.next).toBe(100_000);
  expect(memory.bytes).toBeLessThanOrEqual(100_000);
  expect(memory.from(0, 20).lines[0]).toBe(`line ${memory.fallenOut}`);
});

it('what fell out of a memory takes no memory any more, however long the lines are', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const memory = new Memory({ bytes: 1_000_000, ageMs: 1e9 });
  collect();
  const before = getHeapStatistics().used_heap_size;
  for (let index = 0; index < 2000; index++) memory.append(JSON.stringify({ index, text: 'x'.repeat(20_000) }), index);
  collect();

  expect(getHeapStatistics().used_heap_size - before).toBeLessThan(8_000_000);
  expect(memory.next).toBe(2000);
});
