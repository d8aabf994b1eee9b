import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** A process and the moment it began: a number alone may by now belong to a stranger. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since the machine started, as the kernel tells them. */
  startTime: string;
}

/** What the kernel says about a process. */
export interface ProcessStatus extends ProcessIdentity {
  /** Of the program file. Threads and the process itself may be named otherwise. */
  name: string;
  /** One letter: R running, S sleeping, T stopped, Z dead but not yet collected by its parent. */
  state: string;
  parent: number;
  group: number;
  /** User and system time of all its threads, in clock ticks. */
  cpuTicks: number;
  userId: number;
}

/** Undefined where no such process exists, also when it ends while being read. */
export function readProcess(pid: number): ProcessStatus | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const userId = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return userId === undefined ? undefined : { ...parseStat(pid, stat), userId: Number(userId) };
  } catch {
    return undefined;
  }
}

/** The command's name, field 2 of the line, may hold blanks and brackets: read on from the last bracket. */
function parseStat(pid: number, line: string): Omit<ProcessStatus, 'userId'> {
  const end = line.lastIndexOf(')');
  const fields = line.slice(end + 2).split(' ');
  return {
    pid,
    name: programOf(pid) ?? line.slice(line.indexOf('(') + 1, end),
    state: fields[0] ?? '',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    startTime: fields[19] ?? '',
  };
}

/** Undefined where the process belongs to somebody else. */
function programOf(pid: number): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
  } catch {
    return undefined;
  }
}

/** The very process, and not one that got its number later. A dead process that nobody collected is not running. */
export function readIfRunning(identity: ProcessIdentity): ProcessStatus | undefined {
  const status = readProcess(identity.pid);
  return status && status.startTime === identity.startTime && isRunning(status) ? status : undefined;
}

export function isRunning(status: ProcessStatus): boolean {
  return status.state !== 'Z' && status.state !== 'X';
}

/** All running members of a process group. */
export function readGroup(group: number): ProcessStatus[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((status) => status !== undefined)
    .filter((status) => status.group === group && isRunning(status));
}

/** Clock ticks in a second: fixed for user space on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** How long ago the process began. */
export function ageMs(identity: ProcessIdentity): number {
  const uptimeSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return (uptimeSeconds - Number(identity.startTime) / TICKS_PER_SECOND) * 1000;
}

export function workingDirectoryOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
