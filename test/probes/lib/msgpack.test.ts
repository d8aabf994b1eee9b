import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMsgpack } from '../../../src/probes/lib/msgpack.ts';
import { outlineProblem } from '../../../src/probes/lib/msgpack-bounds.ts';
import { fuzzRuns, fuzzSeed, mutated, numbersFrom } from './zmtp/fuzz-source.ts';

function contentOf(bytes: Uint8Array): unknown {
  const decoded = decodeMsgpack(bytes);
  return decoded.ok ? decoded.value : decoded.problem;
}

describe('msgpack', () => {
  test('comes out as it went in', () => {
    const anyValue = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, false, 2n ** 64n - 1n, -(2n ** 63n), 1.5),
        fc.integer(),
        fc.string({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 300 }),
        fc.array(tie('value'), { maxLength: 20 }),
        fc.dictionary(
          fc.string({ minLength: 1, maxLength: 9 }).filter((key) => key !== '__proto__'),
          tie('value'),
          { noNullPrototype: true },
        ),
      ),
    })).value;
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encode(value, { useBigInt64: true });
        expect(outlineProblem(bytes)).toBeUndefined();
        expect(contentOf(bytes)).toEqual(value);
      }),
    );
  });

  test('keeps 64-bit integers exact', () => {
    expect(contentOf(Buffer.from('cf0020000000000001', 'hex'))).toBe(9007199254740993n);
    expect(contentOf(Buffer.from('cfdab9b6e1d1c2b3a4', 'hex'))).toBe(0xdab9b6e1d1c2b3a4n);
  });

  test.each([
    ['nothing at all', '', 'the payload is cut short'],
    ['an array of four billion', 'ddffffffff', 'the payload is cut short'],
    ['a map of four billion', 'dfffffffff', 'the payload is cut short'],
    ['a text of four billion', 'dbffffffff', 'the payload is cut short'],
    ['nested arrays that each claim a million', 'dd000f4240'.repeat(1000), 'the payload is cut short'],
    ['arrays nested 200000 deep', '91'.repeat(200_000), 'the payload is nested too deep'],
    ['the byte that is never used', 'c1', 'the payload is not msgpack'],
    ['two values', '0102', 'the payload is not msgpack'],
    ['a map with a list as key', '819001', 'the payload holds msgpack that is not allowed here'],
    ['a map with __proto__ as key', '81a95f5f70726f746f5f5f01', 'the payload holds msgpack that is not allowed here'],
  ])('refuses %s', (_what, hex, problem) => {
    expect(decodeMsgpack(Buffer.from(hex, 'hex'))).toEqual({ ok: false, problem });
  });

  test(`of ${fuzzRuns} damaged batches (seed ${fuzzSeed}) is read or refused, never more`, () => {
    const number = numbersFrom(fuzzSeed);
    const stored = ['BlockStored', [2n ** 64n - 5n, Buffer.alloc(32, 9)], null, [1, 70_000], 16, null, 'GPU'];
    const original = Buffer.from(
      encode([1.75e9, [stored, { type: 'BlockRemoved', block_hashes: [7n] }], 0], { useBigInt64: true }),
    );
    for (let run = 0; run < fuzzRuns; run++) {
      const bytes = mutated(original, number);
      try {
        decodeMsgpack(bytes);
      } catch (error) {
        throw new Error(`run ${run}: ${bytes.toString('hex')}`, { cause: error });
      }
    }
  });
});
