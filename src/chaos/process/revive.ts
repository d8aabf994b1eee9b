import { pollUntil } from '../lib/poll.ts';
import { followPidFile } from './pid-file.ts';
import { startProcess } from './start.ts';
import { running, signalAll } from './target.ts';
import type { ProcessUndo } from './undo.ts';

const CONTINUE_WITHIN_MS = 2_000;

/** Lets stopped processes go on; resolves with what was done when none is stopped any more. */
export async function continueAll(undo: ProcessUndo, signal: AbortSignal): Promise<string> {
  if (running(undo.members).length === 0) return `${whichOf(undo)} is gone: there is nothing to continue`;
  signalAll(undo.members, undo.group, 'SIGCONT');
  const going = () => (running(undo.members).every((status) => status.state !== 'T') ? true : undefined);
  const done = await pollUntil(going, { everyMs: 5, withinMs: CONTINUE_WITHIN_MS }, signal);
  if (!done) throw new Error(`${whichOf(undo)} is still stopped after SIGCONT`);
  return `${whichOf(undo)} was continued`;
}

/** Starts an ended process again unless it runs; resolves with what was done. */
export async function startAgain(undo: ProcessUndo, signal: AbortSignal): Promise<string> {
  const found = await followPidFile(undo.pidFile);
  if (found.ok && isSame(undo, found.status.pid, found.status.startTime)) return `${whichOf(undo)} still runs`;
  if (found.ok) return `${whichOf(undo)} was replaced by process ${found.status.pid}`;
  if (!undo.start) throw new Error(`${whichOf(undo)} was not started again by its supervisor`);
  const { pid } = await startProcess(undo.start, undo.pidFile, signal);
  return `${whichOf(undo)} was started again as process ${pid}`;
}

export function isSame(undo: ProcessUndo, pid: number, startTime: string): boolean {
  return undo.members.some((member) => member.pid === pid && member.startTime === startTime);
}

export function whichOf(undo: ProcessUndo): string {
  return `process ${undo.members[0]!.pid} (${undo.name})`;
}
