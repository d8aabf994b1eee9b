import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.ts';

const asCaller = ['-q', '-o', 'APT::Sandbox::User=root', '-o', 'DPkg::Lock::Timeout=300'];
const minutes = 60_000;

/** Downloads a package and unpacks it into a folder; nothing is installed and no service is started. */
export async function unpackDebian(packageName: string, into: string): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'steadfast-deb-'));
  try {
    await withFreshLists(() =>
      runCommand('apt-get', [...asCaller, 'download', packageName], { cwd, timeoutMs: 5 * minutes }),
    );
    const file = (await readdir(cwd)).find((name) => name.endsWith('.deb'));
    if (file === undefined) throw new Error(`apt-get download ${packageName} brought no file`);
    await runCommand('dpkg-deb', ['-x', join(cwd, file), into], { timeoutMs: minutes });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
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
