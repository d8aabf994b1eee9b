/** A seeded source of numbers, so that a failing input can be made again. */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0;
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

/** A copy with a few bytes changed, dropped, doubled or cut off. */
export function mutated(original: Buffer, number: (below: number) => number): Buffer {
  let bytes = Buffer.from(original);
  for (let edits = 1 + number(4); edits > 0 && bytes.length > 0; edits--) {
    const at = number(bytes.length);
    const kind = number(5);
    if (kind === 0) bytes[at] = number(256);
    else if (kind === 1) bytes[at]! ^= 1 << number(8);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + number(8))]);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(number(at + 1))]);
    else bytes = bytes.subarray(0, at);
  }
  return bytes;
}

/** How many inputs a fuzz test tries. */
export const fuzzRuns = Number(process.env['FUZZ_RUNS'] ?? 20_000);
export const fuzzSeed = Number(process.env['FUZZ_SEED'] ?? 1);
