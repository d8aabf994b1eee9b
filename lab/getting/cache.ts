import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ownProcess, runsStill } from '../processes/pid-file.ts';

export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env['STEADFAST_CACHE']) return env['STEADFAST_CACHE'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'steadfast', 'lab');
}

/** The folder of a part in the cache; it exists only when the part is complete. */
export function cachedFolder(root: string, name: string, version: string): string {
  return join(root, `${name}-${version}-${process.platform}-${process.arch}`);
}

export async function isCached(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined))?.isDirectory() ?? false;
}

/**
 * Fills a cache folder by way of a temporary one beside it, so that a half-built part is never seen. When two builds
 * run at once, the first to finish stays and the other is thrown away.
 */
export async function fillCache(folder: string, build: (into: string) => Promise<void>): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  await removeAbandoned(folder);
  const { pid, startTime } = ownProcess();
  const building = await mkdtemp(`${folder}.building-${pid}-${startTime}-`);
  try {
    await build(building);
    await rename(building, folder);
  } catch (error) {
    if (!(await isCached(folder))) throw error;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  const root = join(folder, '..');
  for (const entry of await readdir(root)) {
    const path = join(root, entry);
    const builder = /^\.building-(\d+)-(\d+)-/.exec(path.slice(folder.length));
    if (!path.startsWith(folder) || builder === null) continue;
    if (!runsStill({ pid: Number(builder[1]), startTime: builder[2]! }))
      await rm(path, { recursive: true, force: true });
  }
}
