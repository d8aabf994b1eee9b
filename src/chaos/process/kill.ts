import type { Driver, DriverContext } from '../contract.ts';
import { forgetRecord } from '../lib/forget-record.ts';
import type { ProcessConfig } from './config.ts';
import { endProcess, finishEnding, lookAtAbsence, recordEnd } from './end.ts';
import { prepareTarget } from './prepare.ts';
import { startAgain } from './revive.ts';
import type { ProcessUndo } from './undo.ts';

export function openKill(config: ProcessConfig, context: DriverContext): Driver {
  let undo: ProcessUndo | undefined;
  let signalled = false;
  return {
    prepare: () => prepareTarget(config),
    async inject(signal) {
      undo = await recordEnd(config, context);
      signal.throwIfAborted();
      signalled = true;
      const span = await endProcess(undo, config, context, signal);
      return { ...span, evidence: [await lookAtAbsence(undo)] };
    },
    async evidence() {
      return undo ? [await lookAtAbsence(undo)] : [];
    },
    async recover(signal) {
      let text = 'nothing was ended';
      if (undo && signalled) {
        await finishEnding(undo, signal);
        text = await startAgain(undo, signal);
      }
      const at = context.now();
      await forgetRecord(context);
      return { at, evidence: [{ of: 'note', text }] };
    },
    async close() {},
  };
}
