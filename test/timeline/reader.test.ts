import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/slo/model/entry.ts';
import { damageOf, parseTimeline, TimelineParser } from '../../src/timeline/reader.ts';
import { anyEntry } from './any-entry.ts';
import { aGap, aHeader, aSample } from './entries.ts';

function linesOf(entries: readonly unknown[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

function read(text: string | Uint8Array) {
  const entries: Entry[] = [];
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const reading = parseTimeline(bytes, (entry) => entries.push(entry));
  return { entries, reading };
}

describe('a timeline read back', () => {
  test('is what was written, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 8 }), fc.integer({ min: 1, max: 400 }), (rest, size) => {
        const written = [aHeader(), ...rest];
        const bytes = new TextEncoder().encode(linesOf(written));
        const entries: Entry[] = [];
        const parser = new TimelineParser((entry) => entries.push(entry));
        const chunk = new Uint8Array(size);
        for (let from = 0; from < bytes.length; from += size) {
          const piece = bytes.subarray(from, from + size);
          chunk.set(piece);
          parser.push(chunk.subarray(0, piece.length));
        }

        expect(parser.end()).toEqual({ entries: written.length, cut: false, problems: [] });
        expect(entries).toEqual(written);
      }),
    );
  });

  test('cut at any byte holds its whole lines and says whether a line was cut', () => {
    const written = [aHeader(), aSample(1), aGap(2), aSample(50)];
    const bytes = new TextEncoder().encode(linesOf(written));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { entries, reading } = read(bytes.subarray(0, cut));
      const whole = bytes.subarray(0, cut).filter((byte) => byte === 10).length;
      expect(reading).toEqual({ entries: whole, cut: cut > 0 && bytes[cut - 1] !== 10, problems: [] });
      expect(entries).toEqual(written.slice(0, whole));
    }
  });

  test('with any one byte changed gives other entries only where it says so, or inside a text or number', () => {
    const written = [aHeader(), aSample(1), aGap(2)];
    const bytes = new TextEncoder().encode(linesOf(written));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (place, byte) => {
        const damaged = bytes.slice();
        damaged[place] = byte;
        const { entries, reading } = read(damaged);
        expect(entries.length).toBe(reading.entries);
        if (reading.problems.length === 0 && !reading.cut)
          expect(entries.length).toBeGreaterThanOrEqual(written.length);
      }),
    );
  });
});

describe('a damaged line is reported with its number', () => {
  const sample = aSample(1);
  test.each<[string, unknown, string]>([
    ['text that is not JSON', '{"type":"sam', 'it is not JSON'],
    ['an empty line', '', 'it is not JSON'],
    ['a number', 5, 'it is not an object'],
    ['an entry of an unknown type', { type: 'rumour' }, 'its type is not known'],
    ['an entry whose type is inherited', { type: 'toString' }, 'its type is not known'],
    ['a second header', aHeader(), 'a second header'],
    ['a sample without outcome', { ...sample, outcome: undefined }, 'it is not a whole sample'],
    ['a sample with an outcome of its own', { ...sample, outcome: 'fine' }, 'it is not a whole sample'],
    ['a sample with a text as value', { ...sample, values: { ms: '3' } }, 'it is not a whole sample'],
    ['a sample with a value that was NaN', { ...sample, values: { ms: Number.NaN } }, 'it is not a whole sample'],
    ['a sample in half a slot', { ...sample, slot: 1.5 }, 'it is not a whole sample'],
    ['a sample with a broken part', { ...sample, parts: [{ labels: {} }] }, 'it is not a whole sample'],
    ['a sample that covers half a span', { ...sample, covers: [1] }, 'it is not a whole sample'],
    ['a gap without reason', { ...aGap(1), reason: undefined }, 'its "reason" is missing or wrong'],
    [
      'an event in an unknown state',
      { type: 'chaos', experiment: 'x', at: 1, state: 'lost' },
      'its "state" is missing or wrong',
    ],
    ['a gate that is neither', { type: 'gate', experiment: 'x', at: 1 }, 'its "open" is missing or wrong'],
    ['an end without cause', { type: 'end', at: 1 }, 'its "cause" is missing or wrong'],
  ])('%s', (_, line, problem) => {
    const text = typeof line === 'string' ? `${line}\n` : linesOf([line]);
    const { entries, reading } = read(`${linesOf([aHeader()])}${text}${linesOf([aGap(3)])}`);

    expect(reading.problems).toEqual([{ line: 2, problem }]);
    expect(entries).toEqual([aHeader(), aGap(3)]);
    expect(damageOf(reading)).toEqual([`line 2 of the timeline is damaged: ${problem}`]);
  });

  test('bytes that are not UTF-8', () => {
    const bytes = new TextEncoder().encode(linesOf([aHeader(), aGap(1), aGap(2)]));
    bytes[bytes.length - 10] = 0xff;

    const { entries, reading } = read(bytes);

    expect(reading.problems).toEqual([{ line: 3, problem: 'it is not UTF-8' }]);
    expect(entries).toEqual([aHeader(), aGap(1)]);
  });

  test('a number too great for a number', () => {
    const { reading } = read(`${linesOf([aHeader()])}{"type":"end","at":1e999,"cause":"completed"}\n`);

    expect(reading.problems).toEqual([{ line: 2, problem: 'its "at" is missing or wrong' }]);
  });

  test('a timeline without its header, or with one of another schema', () => {
    expect(read(linesOf([aGap(1)])).reading.problems).toEqual([
      { line: 1, problem: 'a timeline begins with its header' },
    ]);
    expect(read(linesOf([{ ...aHeader(), schema: 'steadfast/timeline/v2' }])).reading.problems).toEqual([
      { line: 1, problem: 'its "schema" is missing or wrong' },
    ]);
  });

  test('only the first hundred are kept', () => {
    expect(read('x\n'.repeat(500)).reading.problems.length).toBe(100);
  });

  test('a line without end is not kept in memory', () => {
    const parser = new TimelineParser(() => {});
    const chunk = new Uint8Array(1024 * 1024).fill(120);
    for (let i = 0; i < 70; i++) parser.push(chunk);
    parser.push(new TextEncoder().encode('\n'));

    expect(parser.end().problems).toEqual([{ line: 1, problem: 'it is too long' }]);
  });

  test('an empty file is no timeline, and is not damaged either', () => {
    expect(read('').reading).toEqual({ entries: 0, cut: false, problems: [] });
  });

  test('a cut is said in words', () => {
    expect(damageOf(read('{').reading)).toEqual(['the last line of the timeline is cut']);
  });
});
