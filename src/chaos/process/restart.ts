import type { Evidence } from '../../slo/model/entry.ts';
import type { Driver, DriverContext } from '../contract.ts';
import { forgetRecord } from '../lib/forget-record.ts';
import { pollUntil } from '../lib/poll.ts';
import type { ProcessIdentity } from '../lib/process-status.ts';
import type { ProcessConfig } from './config.ts';
import { endProcess, finishEnding, recordEnd } from './end.ts';
import { followPidFile } from './pid-file.ts';
import { prepareTarget } from './prepare.ts';
import { prepareReadyLook, type ReadyLook } from './ready.ts';
import { isSame, startAgain, whichOf } from './revive.ts';
import type { ProcessUndo } from './undo.ts';

/** Only the signal ends it: how long a restart may take is the plan's `maxFault`. */
const UNTIL_ABORTED = { everyMs: 20, withinMs: Number.POSITIVE_INFINITY };

export function openRestart(config: ProcessConfig, context: DriverContext): Driver {
  let undo: ProcessUndo | undefined;
  let isReady: ReadyLook = async () => true;
  let signalled = false;
  return {
    prepare: () => prepareTarget(config),
    async inject(signal) {
      isReady = await prepareReadyLook(config.ready);
      undo = await recordEnd(config, context);
      signal.throwIfAborted();
      signalled = true;
      const span = await endProcess(undo, config, context, signal);
      return { ...span, evidence: [{ of: 'mechanism', holds: true, text: `${whichOf(undo)} is gone` }] };
    },
    async hold(signal) {
      if (!undo) throw new Error('nothing was ended');
      await haveItBack(undo, signal);
      await awaitReady(isReady, signal);
      const at = context.now();
      return { at, evidence: [await lookAtReplacement(undo)] };
    },
    async evidence() {
      return undo ? [await lookAtReplacement(undo)] : [];
    },
    async recover(signal) {
      if (undo && signalled) {
        await finishEnding(undo, signal);
        await haveItBack(undo, signal);
      }
      const at = context.now();
      await forgetRecord(context);
      if (!undo || !signalled) return { at, evidence: [{ of: 'note', text: 'nothing was ended' }] };
      return { at, evidence: [await lookAtReplacement(undo)] };
    },
    async close() {},
  };
}

async function haveItBack(undo: ProcessUndo, signal: AbortSignal): Promise<void> {
  if (undo.start) await startAgain(undo, signal);
  else await pollUntil(async () => await replacementOf(undo), UNTIL_ABORTED, signal);
}

async function awaitReady(isReady: ReadyLook, signal: AbortSignal): Promise<void> {
  await pollUntil(async () => (await isReady(signal)) || undefined, UNTIL_ABORTED, signal);
}

async function replacementOf(undo: ProcessUndo): Promise<ProcessIdentity | undefined> {
  const found = await followPidFile(undo.pidFile);
  return found.ok && !isSame(undo, found.status.pid, found.status.startTime) ? found.status : undefined;
}

async function lookAtReplacement(undo: ProcessUndo): Promise<Evidence> {
  const replacement = await replacementOf(undo);
  if (!replacement) return { of: 'mechanism', holds: false, text: `${whichOf(undo)} has no running replacement` };
  return { of: 'mechanism', holds: true, text: `${whichOf(undo)} was replaced by process ${replacement.pid}` };
}
