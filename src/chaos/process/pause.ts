import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence } from '../../slo/model/entry.ts';
import type { Driver, DriverContext } from '../contract.ts';
import { forgetRecord } from '../lib/forget-record.ts';
import { pollUntil } from '../lib/poll.ts';
import { type ProcessStatus, readGroup } from '../lib/process-status.ts';
import type { ProcessConfig } from './config.ts';
import { prepareTarget } from './prepare.ts';
import { continueAll, whichOf } from './revive.ts';
import { findTarget, running, signalAll } from './target.ts';
import { type ProcessUndo, undoOf } from './undo.ts';

const STOP_WITHIN_MS = 2_000;

/** Long enough that a process at work would have used several clock ticks. */
const STILLNESS_MS = 100;

export function openPause(config: ProcessConfig, context: DriverContext): Driver {
  let undo: ProcessUndo | undefined;
  return {
    prepare: () => prepareTarget(config),
    async inject(signal) {
      const found = await findTarget(config.pidFile, config.group);
      if (!found.ok) throw new Error(found.problem);
      undo = undoOf(config, found.target);
      await context.ledger.record(undo);
      signal.throwIfAborted();
      const notBefore = context.now();
      signalAll(undo.members, undo.group, 'SIGSTOP');
      undo = await awaitStop(undo, context, signal);
      const at = context.now();
      return { notBefore, at, evidence: [await lookAtStillness(undo, signal)] };
    },
    async evidence(signal) {
      return undo ? [await lookAtStillness(undo, signal)] : [];
    },
    async recover(signal) {
      if (!undo) return { evidence: [{ of: 'note', text: 'nothing was stopped' }] };
      const text = await continueAll(undo, signal);
      const at = context.now();
      await forgetRecord(context);
      return { at, evidence: [{ of: 'note', text }] };
    },
    async close() {},
  };
}

/** A group may have grown between the listing and the signal; once it stands still, the list is final. */
async function awaitStop(undo: ProcessUndo, context: DriverContext, signal: AbortSignal): Promise<ProcessUndo> {
  const stopped = () => {
    const members = membersNow(undo);
    return members.length > 0 && members.every((member) => member.state === 'T') ? members : undefined;
  };
  const members = await pollUntil(stopped, { everyMs: 2, withinMs: STOP_WITHIN_MS }, signal);
  if (!members) throw new Error(`${whichOf(undo)} did not stop on SIGSTOP`);
  if (members.length === undo.members.length) return undo;
  const final = { ...undo, members: members.map(({ pid, startTime }) => ({ pid, startTime })) };
  await context.ledger.record(final);
  return final;
}

function membersNow(undo: ProcessUndo): ProcessStatus[] {
  const known = running(undo.members);
  if (undo.group === undefined || !known.some((member) => member.group === undo.group)) return known;
  const strangers = readGroup(undo.group).filter((status) => !known.some((member) => member.pid === status.pid));
  return [...known, ...strangers];
}

async function lookAtStillness(undo: ProcessUndo, signal: AbortSignal): Promise<Evidence> {
  const before = membersNow(undo);
  await sleep(STILLNESS_MS, undefined, { signal });
  const after = membersNow(undo);
  const stopped = after.filter((member) => member.state === 'T').length;
  const cpuTicks = ticksOf(after) - ticksOf(before);
  const values = { processes: undo.members.length, stopped, cpuTicks };
  const holds = stopped === undo.members.length && after.length === before.length && cpuTicks === 0;
  const text = holds
    ? `${whichOf(undo)}: state T, and no CPU time used within ${STILLNESS_MS}ms`
    : `${whichOf(undo)}: ${stopped} of ${undo.members.length} in state T, ${cpuTicks} clock ticks of CPU time used`;
  return { of: 'mechanism', holds, text, values };
}

function ticksOf(members: readonly ProcessStatus[]): number {
  return members.reduce((sum, member) => sum + member.cpuTicks, 0);
}
