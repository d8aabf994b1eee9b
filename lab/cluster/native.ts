import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedFolder, cacheRoot, fillCache, isCached } from '../getting/cache.ts';
import { runCommand } from '../getting/command.ts';

const sources = join(import.meta.dirname, 'native');

/** Programs of our own in C, and the names under which the machine and Chaos Mesh's daemon look for them. */
const programs = {
  'machine-init': 'machine-init.c',
  pause: 'pause.c',
  nsexec: 'nsexec.c',
  memStress: 'mem-stress.c',
} as const;

/** Compiles them, statically, unless it was done before; gives their folder. */
export async function buildNative(cc: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of Object.values(programs)) hash.update(await readFile(join(sources, file)));
  const folder = cachedFolder(cacheRoot(), 'native', hash.digest('hex').slice(0, 12));
  if (!(await isCached(folder))) await fillCache(folder, (into) => compileAll(cc, into));
  return folder;
}

async function compileAll(cc: string, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  const compile = ([name, file]: [string, string]) =>
    runCommand(cc, ['-static', '-O2', '-o', join(into, name), join(sources, file)]);
  await Promise.all(Object.entries(programs).map(compile));
}
