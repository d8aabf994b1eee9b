import { open, rename, stat, writeFile } from 'node:fs/promises';
import { ageMs, isRunning, type ProcessIdentity, type ProcessStatus, readProcess } from '../lib/process-status.ts';

/** What a pid file leads to. */
export type PidFileReading =
  | { ok: true; status: ProcessStatus; withStartTime: boolean }
  /** `down`: nothing runs; otherwise the file is unusable. */
  | { ok: false; down: boolean; problem: string };

const SIZE_LIMIT = 256;

/** A process that began this much after its pid file was written cannot be the one that the file meant. */
const CLOCK_SLACK_MS = 2_000;

/** Follows a pid file to a running process, and never to one that got the number later. */
export async function followPidFile(path: string): Promise<PidFileReading> {
  const text = await readStart(path);
  if (text === undefined) return { ok: false, down: true, problem: `the pid file ${path} cannot be read` };
  const numbers = /^\s*([1-9]\d{0,9})\s*(?:\n\s*(\d{1,20})\s*)?$/.exec(text);
  if (!numbers) return { ok: false, down: false, problem: `the pid file ${path} holds no process id` };
  const status = readProcess(Number(numbers[1]));
  if (!status || !isRunning(status))
    return { ok: false, down: true, problem: `process ${numbers[1]} of ${path} is not running` };
  if (await isStranger(path, status, numbers[2]))
    return {
      ok: false,
      down: true,
      problem: `${path} is stale: its number ${status.pid} now belongs to another process`,
    };
  return { ok: true, status, withStartTime: numbers[2] !== undefined };
}

async function isStranger(path: string, status: ProcessStatus, startTime: string | undefined): Promise<boolean> {
  if (startTime !== undefined) return startTime !== status.startTime;
  const written = await stat(path);
  return Date.now() - ageMs(status) > written.mtimeMs + CLOCK_SLACK_MS;
}

async function readStart(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(SIZE_LIMIT), 0, SIZE_LIMIT, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

export async function writePidFile(path: string, identity: ProcessIdentity, withStartTime: boolean): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, withStartTime ? `${identity.pid}\n${identity.startTime}\n` : `${identity.pid}\n`);
  await rename(draft, path);
}
