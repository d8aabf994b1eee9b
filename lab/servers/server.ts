import { mkdir } from 'node:fs/promises';
import type { LabFolder } from '../processes/lab-folder.ts';
import { type LaunchSpec, launch, stop, writeSpec } from '../processes/launch.ts';
import { readPidFile } from '../processes/pid-file.ts';
import type { Readiness } from '../processes/readiness.ts';

/** A running process of the lab. */
export interface Server {
  name: string;
  /** Number of the process that runs now; another after a restart from outside. */
  pid: () => Promise<number | undefined>;
  pidFile: string;
  /** `node lab/launch.ts <specFile>` starts the process again after it was killed. */
  specFile: string;
  logFile: string;
  stop: () => Promise<void>;
}

export interface Launchable {
  name: string;
  command: readonly string[];
  readiness: Readiness;
  env?: Record<string, string>;
  readyWithinMs?: number;
}

const graceMs = 3_000;

export async function startServer(folder: LabFolder, what: Launchable): Promise<Server> {
  const cwd = folder.data(what.name);
  await mkdir(cwd, { recursive: true });
  const spec: LaunchSpec = {
    name: what.name,
    command: what.command,
    cwd,
    env: what.env ?? {},
    logFile: folder.logFile(what.name),
    pidFile: folder.pidFile(what.name),
    readiness: what.readiness,
    readyWithinMs: what.readyWithinMs ?? 30_000,
  };
  await writeSpec(folder.specFile(what.name), spec);
  await launch(spec);
  return {
    name: spec.name,
    pid: async () => (await readPidFile(spec.pidFile))?.pid,
    pidFile: spec.pidFile,
    specFile: folder.specFile(what.name),
    logFile: spec.logFile,
    stop: () => stop(spec.pidFile, graceMs),
  };
}
