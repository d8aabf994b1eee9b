import type { Evidence, Offset } from '../../slo/model/entry.ts';
import type { DriverContext } from '../contract.ts';
import { pollUntil } from '../lib/poll.ts';
import type { ProcessConfig } from './config.ts';
import { followPidFile } from './pid-file.ts';
import { isSame, whichOf } from './revive.ts';
import { findTarget, running, signalAll } from './target.ts';
import { type ProcessUndo, undoOf } from './undo.ts';

/** Records how to have the process back. Nothing has been touched when it resolves. */
export async function recordEnd(config: ProcessConfig, context: DriverContext): Promise<ProcessUndo> {
  const found = await findTarget(config.pidFile, config.group);
  if (!found.ok) throw new Error(found.problem);
  const undo = undoOf(config, found.target);
  await context.ledger.record(undo);
  return undo;
}

/** Ends the process and resolves, with the span in which it went, when it is gone. */
export async function endProcess(
  undo: ProcessUndo,
  config: ProcessConfig,
  context: DriverContext,
  signal: AbortSignal,
): Promise<{ notBefore: Offset; at: Offset }> {
  signal.throwIfAborted();
  const notBefore = context.now();
  const name = `SIG${config.signal ?? 'KILL'}` as const;
  signalAll(undo.members, undo.group, name);
  const withinMs = config.stopWithin ?? 10_000;
  if (!(await awaitGone(undo, withinMs, signal))) throw new Error(`${whichOf(undo)} did not end on ${name} in time`);
  return { notBefore, at: context.now() };
}

function awaitGone(undo: ProcessUndo, withinMs: number, signal: AbortSignal): Promise<true | undefined> {
  const gone = () => (running(undo.members).length === 0 ? true : undefined);
  return pollUntil(gone, { everyMs: 2, withinMs }, signal);
}

/** One that was told to end and lingers would vanish after somebody took it for alive. */
export async function finishEnding(undo: ProcessUndo, signal: AbortSignal): Promise<void> {
  if (running(undo.members).length === 0) return;
  signalAll(undo.members, undo.group, 'SIGKILL');
  if (!(await awaitGone(undo, 2_000, signal))) throw new Error(`${whichOf(undo)} does not end, not even on SIGKILL`);
}

/** Holds while the process is gone and nobody has put another in its place. */
export async function lookAtAbsence(undo: ProcessUndo): Promise<Evidence> {
  const left = running(undo.members).length;
  if (left > 0) return { of: 'mechanism', holds: false, text: `${whichOf(undo)} runs` };
  const found = await followPidFile(undo.pidFile);
  if (found.ok && !isSame(undo, found.status.pid, found.status.startTime)) {
    const text = `${whichOf(undo)} is gone, but somebody started process ${found.status.pid} in its place`;
    return { of: 'mechanism', holds: false, text };
  }
  return { of: 'mechanism', holds: true, text: `${whichOf(undo)} is gone and nothing runs in its place` };
}
