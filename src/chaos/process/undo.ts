import { resolve } from 'node:path';
import * as z from 'zod';
import { thisMachine } from '../lib/machine.ts';
import { workingDirectoryOf } from '../lib/process-status.ts';
import type { ProcessConfig } from './config.ts';
import type { Target } from './target.ts';

const identity = z.strictObject({ pid: z.int().positive(), startTime: z.string() });

const startPlan = z.strictObject({
  argv: z.array(z.string()).min(1),
  cwd: z.string(),
  log: z.string(),
  launcher: z.boolean(),
  pidFileHasStartTime: z.boolean(),
  withinMs: z.number().positive(),
});

/** What it takes to have the process back, without the run that struck it. */
export const processUndo = z.strictObject({
  action: z.enum(['pause', 'kill', 'restart']),
  machine: z.strictObject({ host: z.string(), boot: z.string(), pidNamespace: z.string() }),
  pidFile: z.string(),
  name: z.string(),
  members: z.array(identity).min(1),
  group: z.int().positive().optional(),
  start: startPlan.optional(),
});

export type ProcessUndo = z.infer<typeof processUndo>;

/** How a process is started again. `launcher`: the command writes the pid file itself. */
export type StartPlan = z.infer<typeof startPlan>;

export function undoOf(config: ProcessConfig, target: Target): ProcessUndo {
  const start = config.start && startPlanOf(config, config.start, target);
  return {
    action: config.action,
    machine: thisMachine(),
    pidFile: resolve(config.pidFile),
    name: target.leader.name,
    members: target.members,
    ...(target.group ? { group: target.leader.pid } : {}),
    ...(start ? { start } : {}),
  };
}

function startPlanOf(config: ProcessConfig, argv: string[], target: Target): StartPlan {
  return {
    argv: [...environmentPrefix(config.env), ...argv],
    cwd: resolve(config.cwd ?? workingDirectoryOf(target.leader.pid) ?? '.'),
    log: resolve(config.log ?? `${config.pidFile}.log`),
    launcher: config.startWritesPidFile === true,
    pidFileHasStartTime: target.pidFileHasStartTime,
    withinMs: config.startWithin ?? 30_000,
  };
}

/** The program `env` adds to the environment that it inherits and then becomes the command, under the same process id. */
function environmentPrefix(env: Record<string, string> | undefined): string[] {
  return env ? ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)] : [];
}
