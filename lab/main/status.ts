import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../getting/progress.ts';
import { labRoot, ownerOf } from '../processes/lab-folder.ts';
import { type ProcessIdentity, readPidFile, runsStill } from '../processes/pid-file.ts';

export async function status(say: Progress): Promise<void> {
  const root = labRoot();
  const names = (await foldersIn(root)).filter((name) => !name.startsWith('.'));
  if (names.length === 0) say('no lab is up');
  for (const name of names) {
    say(`${name}: ${describe(await ownerOf(join(root, name)), 'owned by process', 'abandoned')}`);
    for (const file of (await readdir(join(root, name, 'pids')).catch(() => [])).sort()) {
      const identity = await readPidFile(join(root, name, 'pids', file));
      say(`  ${file.replace(/\.pid$/, '').padEnd(14)}${describe(identity, 'process', 'not running')}`);
    }
  }
}

function describe(identity: ProcessIdentity | undefined, alive: string, dead: string): string {
  return identity !== undefined && runsStill(identity) ? `${alive} ${identity.pid}` : dead;
}

async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
