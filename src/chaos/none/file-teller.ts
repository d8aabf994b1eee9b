import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DriverContext } from '../contract.ts';
import { type Look, type Teller, type Told, watch } from './teller.ts';

const EVERY_MS = 200;
const READ_LIMIT_BYTES = 1_000_000;
const HISTORY_BYTES = 64_000;

interface Line {
  told: Told;
  sinceUnixMs?: number;
  /** Where the next line begins. */
  end: number;
}

/** A file to which somebody appends `injected` and `recovered`. What stood in it at the preparation is history. */
export function fileTeller(path: string, everyMs: number | undefined, context: DriverContext): Teller {
  let position = 0;
  const look = async (told: Told): Promise<Look> => {
    const { lines, end } = await readLines(path, position);
    const line = lines.find((candidate) => candidate.told === told);
    position = line?.end ?? end;
    if (!line) return { said: false };
    return line.sinceUnixMs === undefined ? { said: true } : { said: true, sinceUnixMs: line.sinceUnixMs };
  };
  return {
    name: `the file ${path}`,
    async problems() {
      const folder = await stat(dirname(path)).catch(() => undefined);
      if (!folder?.isDirectory()) return [`the folder of ${path} does not exist`];
      const size = (await stat(path).catch(() => undefined))?.size ?? 0;
      const { lines, end } = await readLines(path, Math.max(0, size - HISTORY_BYTES));
      position = end;
      return lines.at(-1)?.told === 'injected' ? [`${path} says that a fault is in effect already`] : [];
    },
    awaitWord: (told, signal) =>
      watch(`the file ${path}`, told, () => look(told), everyMs ?? EVERY_MS, context, signal),
    close() {},
  };
}

/** Whole lines only: one without its newline is still being written. `end` is where the next look begins. */
async function readLines(path: string, from: number): Promise<{ lines: Line[]; end: number }> {
  const bytes = await readFrom(path, from);
  const lines: Line[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    const line = parseLine(bytes.toString('utf8', start, Math.min(end, start + 1_000)), from + end + 1);
    if (line) lines.push(line);
    start = end + 1;
  }
  return { lines, end: from + start };
}

async function readFrom(path: string, from: number): Promise<Buffer> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(READ_LIMIT_BYTES), 0, READ_LIMIT_BYTES, from);
    return buffer.subarray(0, bytesRead);
  } catch {
    return Buffer.alloc(0);
  } finally {
    await file.close();
  }
}

/** `injected`, `injected 2026-01-31T12:00:00Z`, or `{"state": "injected", "at": "2026-01-31T12:00:00Z"}`; anything else is skipped. */
function parseLine(text: string, end: number): Line | undefined {
  const { state, at } = text.trimStart().startsWith('{') ? parseJsonLine(text) : parseTextLine(text);
  if (state !== 'injected' && state !== 'recovered') return undefined;
  const sinceUnixMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isNaN(sinceUnixMs) ? { told: state, end } : { told: state, sinceUnixMs, end };
}

function parseJsonLine(text: string): { state?: unknown; at?: unknown } {
  try {
    return JSON.parse(text) as { state?: unknown; at?: unknown };
  } catch {
    return {};
  }
}

function parseTextLine(text: string): { state?: unknown; at?: unknown } {
  const [state, at] = text.trim().split(/\s+/);
  return { state, at };
}
