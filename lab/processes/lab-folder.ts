import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stop } from './launch.ts';
import { ownProcess, readPidFile, runsStill, writePidFile } from './pid-file.ts';

/** Where one lab keeps everything: pid files, launch files, logs, data. */
export interface LabFolder {
  path: string;
  pidFile: (name: string) => string;
  specFile: (name: string) => string;
  logFile: (name: string) => string;
  data: (name: string) => string;
}

const ownerFile = 'owner.pid';

/** All labs lie under one root, so that the next start finds what a killed one left. */
export function labRoot(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env['STEADFAST_LAB_DIR'] || join(import.meta.dirname, '..', '..', '.lab'));
}

export function labFolder(path: string): LabFolder {
  return {
    path,
    pidFile: (name) => join(path, 'pids', `${name}.pid`),
    specFile: (name) => join(path, 'specs', `${name}.json`),
    logFile: (name) => join(path, 'logs', `${name}.log`),
    data: (name) => join(path, 'data', name),
  };
}

/** Sweeps what dead labs left, then makes a folder that belongs to this process as long as it lives. */
export async function claimFolder(root: string, name = `lab-${randomBytes(4).toString('hex')}`): Promise<LabFolder> {
  await mkdir(root, { recursive: true });
  await sweepDeadLabs(root);
  const path = join(root, name);
  const draft = join(root, `.new-${randomBytes(4).toString('hex')}`);
  writePidFile(join(draft, ownerFile), ownProcess());
  try {
    await rename(draft, path);
  } catch {
    await rm(draft, { recursive: true, force: true });
    throw new Error(`the lab "${name}" is up already, owned by process ${(await ownerOf(path))?.pid}`);
  }
  return labFolder(path);
}

export function ownerOf(path: string) {
  return readPidFile(join(path, ownerFile));
}

/** Ends the processes of every lab whose owner is gone, and removes its folder. Gives the names of those labs. */
export async function sweepDeadLabs(root: string): Promise<string[]> {
  const names = (await readdir(root, { withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
  const swept: string[] = [];
  for (const name of names) {
    const owner = await ownerOf(join(root, name));
    if (owner !== undefined && runsStill(owner)) continue;
    await sweepLab(root, name);
    swept.push(name);
  }
  return swept;
}

async function sweepLab(root: string, name: string): Promise<void> {
  const aside = join(root, `.dead-${randomBytes(4).toString('hex')}`);
  try {
    await rename(join(root, name), aside);
  } catch {
    return; // another start sweeps it at this moment
  }
  await stopAll(aside);
  await rm(aside, { recursive: true, force: true });
}

async function stopAll(path: string): Promise<void> {
  const pidFiles = (await readdir(join(path, 'pids')).catch(() => [])).filter((name) => name.endsWith('.pid'));
  await Promise.all(pidFiles.map((name) => stop(join(path, 'pids', name), 0)));
}
