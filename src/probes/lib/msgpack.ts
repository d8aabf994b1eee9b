import { Decoder } from '@msgpack/msgpack';
import { outlineProblem } from './msgpack-bounds.ts';

/** A decoded value, or one stable line about why there is none. */
export type Decoded = { ok: true; value: unknown } | { ok: false; problem: string };

const MAX_ITEMS = 1_000_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** 64-bit integers become BigInt: as numbers they would be rounded silently beyond 2^53. */
const decoder = new Decoder({
  useBigInt64: true,
  maxArrayLength: MAX_ITEMS,
  maxMapLength: MAX_ITEMS,
  maxStrLength: MAX_BYTES,
  maxBinLength: MAX_BYTES,
  maxExtLength: MAX_BYTES,
});

/** The one way to read msgpack here. Never throws; binary values are views into the input. */
export function decodeMsgpack(bytes: Uint8Array): Decoded {
  const problem = outlineProblem(bytes);
  if (problem) return { ok: false, problem: TEXTS[problem] };
  try {
    return { ok: true, value: decoder.decode(bytes) };
  } catch {
    return { ok: false, problem: 'the payload holds msgpack that is not allowed here' };
  }
}

const TEXTS = {
  'cut short': 'the payload is cut short',
  'too deep': 'the payload is nested too deep',
  'not msgpack': 'the payload is not msgpack',
} as const;
