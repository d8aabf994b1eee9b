import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { pollUntil } from '../lib/poll.ts';
import { type ProcessIdentity, readProcess } from '../lib/process-status.ts';
import { followPidFile, writePidFile } from './pid-file.ts';
import type { StartPlan } from './undo.ts';

/** A program that cannot run at all mostly ends within this time. */
const SETTLE_MS = 250;

/** Starts the process so that it outlives us, and resolves when it runs and its pid file names it. */
export async function startProcess(plan: StartPlan, pidFile: string, signal: AbortSignal): Promise<ProcessIdentity> {
  const child = await spawnDetached(plan);
  try {
    return plan.launcher
      ? await awaitPidFile(child, plan, pidFile, signal)
      : await settle(child, plan, pidFile, signal);
  } catch (error) {
    // What did not come up in time must not come up later, next to the one that the next attempt starts.
    if (!hasEnded(child)) killWithChildren(child);
    throw error;
  }
}

async function spawnDetached(plan: StartPlan): Promise<ChildProcess> {
  const log = await open(plan.log, 'a');
  try {
    const [program, ...args] = plan.argv as [string, ...string[]];
    const child = spawn(program, args, { cwd: plan.cwd, detached: true, stdio: ['ignore', log.fd, log.fd] });
    await new Promise<void>((done, reject) => {
      child.once('spawn', done);
      child.once('error', (error) => reject(new Error(`cannot start ${program}: ${codeOf(error)}`)));
    });
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

async function settle(
  child: ChildProcess,
  plan: StartPlan,
  pidFile: string,
  signal: AbortSignal,
): Promise<ProcessIdentity> {
  const status = readProcess(child.pid!);
  if (!status) throw new Error(endedEarly(child, plan));
  await writePidFile(pidFile, status, plan.pidFileHasStartTime);
  const ended = await pollUntil(() => hasEnded(child) || undefined, { everyMs: 25, withinMs: SETTLE_MS }, signal);
  if (ended) throw new Error(endedEarly(child, plan));
  return { pid: status.pid, startTime: status.startTime };
}

async function awaitPidFile(
  launcher: ChildProcess,
  plan: StartPlan,
  pidFile: string,
  signal: AbortSignal,
): Promise<ProcessIdentity> {
  const look = async () => {
    if (hasEnded(launcher) && launcher.exitCode !== 0) throw new Error(endedEarly(launcher, plan));
    const found = await followPidFile(pidFile);
    return found.ok ? found.status : undefined;
  };
  const status = await pollUntil(look, { everyMs: 25, withinMs: plan.withinMs }, signal);
  if (!status) throw new Error(`${plan.argv[0]} brought no running process into ${pidFile} in time; see ${plan.log}`);
  return { pid: status.pid, startTime: status.startTime };
}

/** Detached, it leads a group of its own. */
function killWithChildren(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // it ended in this moment
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function endedEarly(child: ChildProcess, plan: StartPlan): string {
  const how = child.signalCode ?? `exit code ${child.exitCode}`;
  const hint = child.exitCode === 0 && !plan.launcher ? '; a launcher needs `startWritesPidFile: true`' : '';
  return `${plan.argv[0]} ended at once (${how}); see ${plan.log}${hint}`;
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
