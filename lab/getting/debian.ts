import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.ts';

const asCaller = ['-q', '-o', 'APT::Sandbox::User=root', '-o', 'DPkg::Lock::Timeout=300'];
const minutes = 60_000;

/** Downloads packages and unpacks them into a folder; nothing is installed and no service is started. */
export async function unpackDebian(packageNames: readonly string[], into: string): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'steadfast-deb-'));
  try {
    await withFreshLists(() =>
      runCommand('apt-get', [...asCaller, 'download', ...packageNames], { cwd, timeoutMs: 5 * minutes }),
    );
    const files = (await readdir(cwd)).filter((name) => name.endsWith('.deb'));
    if (files.length < packageNames.length)
      throw new Error(`apt-get download ${packageNames.join(' ')} brought ${files.length} files`);
    for (const file of files) await runCommand('dpkg-deb', ['-x', join(cwd, file), into], { timeoutMs: minutes });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** Unpacks packages as they lie in a system: what they put into `/bin` is found in `/usr/bin`. Manuals are left out. */
export async function unpackDebianTree(packageNames: readonly string[], into: string): Promise<void> {
  await unpackDebian(packageNames, into);
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    const folder = join(into, name);
    if (!existsSync(folder)) continue;
    await cp(folder, join(into, 'usr', name), { recursive: true, verbatimSymlinks: true });
    await rm(folder, { recursive: true });
  }
  await rm(join(into, 'usr', 'share'), { recursive: true, force: true });
}

export async function installDebian(packageName: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error(`apt-get install ${packageName} needs root`);
  const install = [...asCaller, 'install', '-y', '--no-install-recommends', packageName];
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 10 * minutes };
  await inTurn(() => withFreshLists(() => runCommand('apt-get', install, options)));
}

/** An image's package lists may be absent or old: when the first try fails, they are brought up to date once. */
async function withFreshLists<T>(get: () => Promise<T>): Promise<T> {
  try {
    return await get();
  } catch (error) {
    if (process.getuid?.() !== 0 || !saidByApt(error)) throw error;
    await updateListsOnce();
    return await get();
  }
}

function saidByApt(error: unknown): boolean {
  return error instanceof Error && /^E: /m.test(error.message);
}

let updated: Promise<unknown> | undefined;

async function updateListsOnce(): Promise<void> {
  updated ??= runCommand('apt-get', [...asCaller, 'update'], { timeoutMs: 5 * minutes });
  await updated;
}

let lastTurn: Promise<unknown> = Promise.resolve();

/** dpkg holds one lock for the whole machine. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = lastTurn.then(work, work);
  lastTurn = turn.catch(() => undefined);
  return turn;
}
