import type { Log } from '../../clients/log.ts';
import { type Driver, type DriverContext, defineDriver } from '../contract.ts';
import { relationTo } from '../lib/machine.ts';
import { type ProcessConfig, processConfig } from './config.ts';
import { openKill } from './kill.ts';
import { openPause } from './pause.ts';
import { openRestart } from './restart.ts';
import { continueAll, startAgain, whichOf } from './revive.ts';
import { processUndo } from './undo.ts';

const VERBS = { pause: 'pauses', kill: 'ends', restart: 'restarts' } as const;

export const processDriver = defineDriver<ProcessConfig>({
  type: 'process',
  summary: 'Pauses, kills or restarts a process on the machine where the runner is (Linux).',
  config: processConfig,
  oneShot: (config) => config.action === 'restart',
  describe: (config) => `${VERBS[config.action]} the process of ${config.pidFile}`,
  example: `name: worker-dies
driver: process
duration: 20s
config:
  action: kill
  pidFile: /run/worker.pid
  start: [/usr/local/bin/worker, --queue, goals]
`,
  proof: `Read from the kernel, for the process that the pid file named (number and start time).
\`pause\`: state T and no CPU time used, right after the signal and again before it goes on.
\`kill\`: the process is gone and its pid file leads to nothing that runs, right after the signal and again at the end; a supervisor that starts another disproves it.
\`restart\`: the pid file leads to a process with another number or start time.`,
  open: async (config, context) => openAction(config, context),
  sweep: sweepProcess,
});

function openAction(config: ProcessConfig, context: DriverContext): Driver {
  if (config.action === 'pause') return openPause(config, context);
  return config.action === 'kill' ? openKill(config, context) : openRestart(config, context);
}

async function sweepProcess(recorded: unknown, signal: AbortSignal, _log: Log): Promise<string> {
  const parsed = processUndo.safeParse(recorded);
  if (!parsed.success) throw new Error('the record of a struck process cannot be read');
  const undo = parsed.data;
  const relation = relationTo(undo.machine);
  if (relation === 'restarted') return `${whichOf(undo)} ended when its machine was restarted`;
  if (relation === 'elsewhere') throw new Error(`${whichOf(undo)} is elsewhere: sweep on ${undo.machine.host}`);
  return undo.action === 'pause' ? continueAll(undo, signal) : startAgain(undo, signal);
}
