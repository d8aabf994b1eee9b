import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A process and the moment it began: a number alone may by now belong to a stranger. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since the machine started, as the kernel tells them. */
  startTime: string;
}

/** Text of a pid file: the number on the first line, as everybody expects it, and the start time on the second. */
export function formatPidFile(identity: ProcessIdentity): string {
  return `${identity.pid}\n${identity.startTime}\n`;
}

export function parsePidFile(text: string): ProcessIdentity | undefined {
  const match = /^([1-9]\d{0,9})\n(\d{1,20})\n$/.exec(text);
  return match === null ? undefined : { pid: Number(match[1]), startTime: match[2]! };
}

export async function readPidFile(path: string): Promise<ProcessIdentity | undefined> {
  return parsePidFile(await readFile(path, 'utf8').catch(() => ''));
}

/** Synchronous, so that no signal comes between the start of a process and its pid file. */
export function writePidFile(path: string, identity: ProcessIdentity): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, formatPidFile(identity));
  renameSync(draft, path);
}

/** The identity of a running process, or undefined when there is none (a zombie is none). */
export function identify(pid: number): ProcessIdentity | undefined {
  const status = readStat(pid);
  return status === undefined || status.state === 'Z' || status.state === 'X'
    ? undefined
    : { pid, startTime: status.startTime };
}

export function ownProcess(): ProcessIdentity {
  const own = identify(process.pid);
  if (own === undefined) throw new Error('the lab needs /proc, which only Linux has');
  return own;
}

export function runsStill(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

/** Sends a signal to the process and its group, unless the number has passed to another process. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!runsStill(identity)) return;
  for (const target of [-identity.pid, identity.pid]) {
    try {
      process.kill(target, signal);
    } catch {
      // it leads no group, or it ended in this moment
    }
  }
}

/** The command's name, field 2 of the line, may hold blanks and brackets: read on from the last bracket. */
function readStat(pid: number): { state: string; startTime: string } | undefined {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}
