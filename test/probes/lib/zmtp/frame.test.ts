import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, type Frame, FrameParser } from '../../../../src/probes/lib/zmtp/frame.ts';

function parse(pieces: readonly Buffer[], maxBytes = 1 << 20): Frame[] {
  const parser = new FrameParser(maxBytes);
  const frames: Frame[] = [];
  for (const piece of pieces) {
    parser.feed(piece);
    for (let frame = parser.next(); frame; frame = parser.next())
      frames.push({ ...frame, body: Buffer.from(frame.body) });
  }
  return frames;
}

const anyFrame = fc.record({
  body: fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
  kind: fc.constantFrom({}, { more: true }, { command: true }),
});

describe('frames', () => {
  test('come out as they went in, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.array(fc.nat(4000), { maxLength: 20 }), (frames, cuts) => {
        const stream = Buffer.concat(frames.map(({ body, kind }) => encodeFrame(body, kind)));
        const edges = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
        const pieces = edges.slice(1).map((edge, index) => stream.subarray(edges[index], edge));

        const parsed = parse(pieces);

        const expected = frames.map(({ body, kind }) => ({ more: false, command: false, ...kind, body }));
        expect(parsed).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('of a megabyte, a byte at a time, cost linear time', () => {
    const stream = encodeFrame(Buffer.alloc(1 << 20, 7));
    const started = performance.now();

    const parsed = parse([...stream.keys()].map((at) => stream.subarray(at, at + 1)));

    expect(parsed.map((frame) => frame.body.length)).toEqual([1 << 20]);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('that only claim to be long cost no memory', () => {
    const parsers = Array.from({ length: 200 }, () => new FrameParser(1 << 24));
    const before = process.memoryUsage().arrayBuffers;
    const header = Buffer.from([2, 0, 0, 0, 0, 1, 0, 0, 0, 42]);

    for (const parser of parsers) {
      parser.feed(header);
      parser.next();
    }

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 128 * 1024);
  });

  const refused: [string, Buffer][] = [
    ['a length beyond the limit', Buffer.from([2, 0, 0, 0, 0, 0, 0x10, 0, 1])],
    ['a length of 2^63', Buffer.from([2, 0x80, 0, 0, 0, 0, 0, 0, 0])],
    ['a length of 2^64-1', Buffer.from([2, 255, 255, 255, 255, 255, 255, 255, 255])],
    ['reserved bits', Buffer.from([8, 0])],
    ['a command of which more follows', Buffer.from([5, 0])],
  ];
  test.each(refused)('with %s are refused', (_what, bytes) => {
    expect(() => parse([bytes])).toThrow('breaks the ZMTP protocol');
  });
});
