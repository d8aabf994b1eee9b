import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lastLines } from '../getting/command.ts';
import { killOnExit } from './exit-guard.ts';
import { identify, type ProcessIdentity, readPidFile, runsStill, signalProcess, writePidFile } from './pid-file.ts';
import { type Readiness, untilReady } from './readiness.ts';
import { untilGone } from './until-gone.ts';

/** All it takes to start a process of the lab, and to start it again: written to a file as JSON. */
export interface LaunchSpec {
  name: string;
  command: readonly string[];
  cwd: string;
  env: Record<string, string>;
  logFile: string;
  pidFile: string;
  readiness: Readiness;
  readyWithinMs: number;
}

export async function writeSpec(path: string, spec: LaunchSpec): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(spec, null, 2)}\n`);
}

export async function readSpec(path: string): Promise<LaunchSpec> {
  return JSON.parse(await readFile(path, 'utf8')) as LaunchSpec;
}

/**
 * Starts the process apart from ours, so that a signal to our group does not reach it, writes its pid file and waits
 * until it is ready. A process that is not ready in time is killed.
 */
export async function launch(spec: LaunchSpec): Promise<ProcessIdentity> {
  const before = await readPidFile(spec.pidFile);
  if (before !== undefined && runsStill(before)) throw new Error(`${spec.name} runs already, as ${before.pid}`);
  const identity = await start(spec);
  try {
    await untilReady(spec.readiness, spec.readyWithinMs, () => {
      if (!runsStill(identity)) throw new Error('it ended at once');
    });
    return identity;
  } catch (error) {
    await stop(spec.pidFile, 0);
    const log = lastLines(await readFile(spec.logFile, 'utf8').catch(() => ''), 15);
    throw new Error(`${spec.name} did not start: ${(error as Error).message}\n${log}`);
  }
}

async function start(spec: LaunchSpec): Promise<ProcessIdentity> {
  await mkdir(dirname(spec.logFile), { recursive: true });
  const [program, ...args] = spec.command;
  const log = openSync(spec.logFile, 'a');
  const env = { ...process.env, ...spec.env };
  const child = spawn(program!, args, { cwd: spec.cwd, env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  if (child.pid === undefined) throw await new Promise((resolve) => child.once('error', resolve));
  const identity = identify(child.pid);
  if (identity === undefined) throw new Error(`${spec.name} ended at once, see ${spec.logFile}`);
  killOnExit(spec.pidFile);
  writePidFile(spec.pidFile, identity);
  child.unref();
  return identity;
}

/** Stops whatever the pid file names now, which may be a later process than the one we started. */
export async function stop(pidFile: string, graceMs: number): Promise<void> {
  const identity = await readPidFile(pidFile);
  if (identity !== undefined) {
    if (graceMs > 0) signalProcess(identity, 'SIGTERM');
    await untilGone(identity, graceMs);
    signalProcess(identity, 'SIGKILL');
    await untilGone(identity, 5_000);
    if (runsStill(identity)) throw new Error(`process ${identity.pid} survives SIGKILL`);
  }
  await rm(pidFile, { force: true });
}
