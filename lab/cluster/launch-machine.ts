import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheRoot } from '../getting/cache.ts';
import { runCommand } from '../getting/command.ts';
import { identify, type ProcessIdentity, writePidFile } from '../processes/pid-file.ts';
import { type ClusterPlace, netnsFile, nodePath } from './place.ts';
import type { Provisions } from './prepare.ts';
import { type ClusterRecord, writeRecord } from './record.ts';

const checkout = join(import.meta.dirname, '..', '..');
const namespaces = ['--mount', '--pid', '--net', '--ipc', '--uts'];

/** Starts the machine, apart from ours so that no signal of ours reaches it, and gives its network a name. */
export async function launchMachine(place: ClusterPlace, provisions: Provisions): Promise<ClusterRecord> {
  const log = openSync(place.logFile('machine'), 'w');
  const machine = [process.execPath, join(import.meta.dirname, 'machine', 'main.ts'), place.specFile];
  const script = [join(import.meta.dirname, 'machine.sh'), place.path, provisions.tools, provisions.native];
  const files = [checkout, cacheRoot()];
  await Promise.all(files.map((folder) => mkdir(folder, { recursive: true })));
  const command = ['sh', ...script, ...files, '--', join(provisions.native, 'machine-init'), ...machine];
  const child = spawn('unshare', [...namespaces, '--fork', '--kill-child', ...command], {
    detached: true,
    env: { ...process.env, PATH: nodePath },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  if (child.pid === undefined) throw await new Promise((resolve) => child.once('error', resolve));
  child.unref();
  const record = { path: place.path, machine: await firstProcessOf(child.pid) };
  // Whoever sweeps labs whose owner is gone sees by this that ours is not.
  writePidFile(join(place.path, 'owner.pid'), record.machine);
  await writeRecord(record);
  await nameNetwork(record.machine.pid);
  return record;
}

async function firstProcessOf(parent: number): Promise<ProcessIdentity> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
    const first = identify(Number(children.trim().split(' ')[0]));
    if (first !== undefined) return first;
    await sleep(20);
  }
  throw new Error('the machine has no first process: namespaces cannot be made here');
}

async function nameNetwork(pid: number): Promise<void> {
  await mkdir(dirname(netnsFile), { recursive: true });
  await writeFile(netnsFile, '');
  await runCommand('mount', ['--bind', `/proc/${pid}/ns/net`, netnsFile]);
}
