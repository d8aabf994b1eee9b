import { defineDriver } from '../contract.ts';
import { type ProcessConfig, processConfig } from './config.ts';

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
  open: async (config, context) => (await import('./action.ts')).openAction(config, context),
  sweep: async (undo, signal) => (await import('./action.ts')).sweepProcess(undo, signal),
});
