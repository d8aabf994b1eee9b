import type { Driver, DriverContext } from '../contract.ts';
import { relationTo } from '../lib/machine.ts';
import type { ProcessConfig } from './config.ts';
import { openKill } from './kill.ts';
import { openPause } from './pause.ts';
import { openRestart } from './restart.ts';
import { continueAll, startAgain, whichOf } from './revive.ts';
import { processUndo } from './undo.ts';

/** The driver of the action that the plan asks for. */
export function openAction(config: ProcessConfig, context: DriverContext): Driver {
  if (config.action === 'pause') return openPause(config, context);
  return config.action === 'kill' ? openKill(config, context) : openRestart(config, context);
}

/** Continues or starts again what a killed run had struck. */
export async function sweepProcess(recorded: unknown, signal: AbortSignal): Promise<string> {
  const parsed = processUndo.safeParse(recorded);
  if (!parsed.success) throw new Error('the record of a struck process cannot be read');
  const undo = parsed.data;
  const relation = relationTo(undo.machine);
  if (relation === 'restarted') return `${whichOf(undo)} ended when its machine was restarted`;
  if (relation === 'elsewhere') throw new Error(`${whichOf(undo)} is elsewhere: sweep on ${undo.machine.host}`);
  return undo.action === 'pause' ? continueAll(undo, signal) : startAgain(undo, signal);
}
