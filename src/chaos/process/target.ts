import { hasProcessTable } from '../lib/machine.ts';
import {
  type ProcessIdentity,
  type ProcessStatus,
  readGroup,
  readIfRunning,
  readProcess,
} from '../lib/process-status.ts';
import { followPidFile } from './pid-file.ts';

/** What will be struck. */
export interface Target {
  leader: ProcessStatus;
  /** The leader, then with `group` the other running members. */
  members: ProcessIdentity[];
  /** Signals go to the whole group. */
  group: boolean;
  pidFileHasStartTime: boolean;
}

export type FoundTarget = { ok: true; target: Target } | { ok: false; problem: string };

/** Finds the process and refuses the ones that nobody may strike. */
export async function findTarget(pidFile: string, group: boolean): Promise<FoundTarget> {
  if (!hasProcessTable()) return { ok: false, problem: 'the driver `process` needs Linux: there is no /proc here' };
  const found = await followPidFile(pidFile);
  if (!found.ok) return { ok: false, problem: found.problem };
  const leader = found.status;
  if (group && leader.group !== leader.pid)
    return { ok: false, problem: `process ${leader.pid} leads no process group: leave \`group\` out` };
  const others = group ? readGroup(leader.group).filter((status) => status.pid !== leader.pid) : [];
  const members = [leader, ...others];
  const problem = members.map(refusal).find((reason) => reason !== undefined);
  if (problem !== undefined) return { ok: false, problem };
  const identities = members.map(({ pid, startTime }) => ({ pid, startTime }));
  return { ok: true, target: { leader, members: identities, group, pidFileHasStartTime: found.withStartTime } };
}

function refusal(status: ProcessStatus): string | undefined {
  const named = `process ${status.pid} (${status.name})`;
  if (status.pid === 1) return `${named} is the first of all: refused`;
  if (status.pid === 2 || status.parent === 2) return `${named} belongs to the kernel: refused`;
  if (status.pid === process.pid) return `${named} is this program itself: refused`;
  if (ownAncestors().has(status.pid)) return `${named} is a parent of this program: refused`;
  if (status.userId !== process.getuid?.()) return `${named} belongs to another user: refused`;
  if (status.state === 'T') return `${named} is stopped already: refused`;
  return undefined;
}

function ownAncestors(): Set<number> {
  const ancestors = new Set<number>();
  let pid = process.ppid;
  while (pid > 0 && !ancestors.has(pid)) {
    ancestors.add(pid);
    pid = readProcess(pid)?.parent ?? 0;
  }
  return ancestors;
}

/** Those of the members that run still, as they are now. */
export function running(members: readonly ProcessIdentity[]): ProcessStatus[] {
  return members.map(readIfRunning).filter((status) => status !== undefined);
}

/** Sends a signal to the very processes, never to one that got a number later. */
export function signalAll(
  members: readonly ProcessIdentity[],
  group: number | undefined,
  signal: NodeJS.Signals,
): void {
  const alive = running(members);
  // The kernel gives a group's number to nobody else while one member of it lives.
  if (group !== undefined && alive.some((member) => member.group === group)) send(-group, signal);
  else for (const member of alive) send(member.pid, signal);
}

function send(to: number, signal: NodeJS.Signals): void {
  try {
    process.kill(to, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function nameOf(target: Target): string {
  return `process ${target.leader.pid} (${target.leader.name})`;
}
