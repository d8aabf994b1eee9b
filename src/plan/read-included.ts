import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { MAX_PLAN_BYTES, systemReason } from './read-files.ts';

/** The text of a file that a plan includes, or why there is none. */
export type IncludedText =
  | { ok: true; text: string }
  | { ok: false; problem: string; found?: string; allowed?: string };

/** Reads the file at a path. Handed in, so that a plan that is given as a text reads nothing. */
export type ReadIncluded = (file: string) => IncludedText;

/** Reads a regular file of a bounded size. */
export function readIncluded(file: string): IncludedText {
  try {
    // A pipe would keep an ordinary open waiting for its other end.
    const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return fstatSync(handle).isFile() ? readText(handle) : { ok: false, problem: 'is not a regular file' };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return { ok: false, problem: `cannot be read: ${systemReason(error)}` };
  }
}

function readText(handle: number): IncludedText {
  const bytes = Buffer.alloc(MAX_PLAN_BYTES + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < bytes.length; length += read)
    read = readSync(handle, bytes, length, bytes.length - length, null);
  if (length > MAX_PLAN_BYTES)
    return {
      ok: false,
      problem: 'is too large',
      found: `more than ${MAX_PLAN_BYTES} bytes`,
      allowed: `at most ${MAX_PLAN_BYTES} bytes`,
    };
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length)) };
  } catch {
    return { ok: false, problem: 'is not UTF-8 text' };
  }
}
