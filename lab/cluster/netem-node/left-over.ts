import { readdir, readFile } from 'node:fs/promises';
import { identify, type ProcessIdentity, signalProcess } from '../../processes/pid-file.ts';
import { untilGone } from '../../processes/until-gone.ts';

const withinMs = 5_000;

/** Ends what a kernel that was killed left behind: its helper processes live on, and hold its link. */
export async function endLeftOver(kernelFolder: string): Promise<void> {
  const found = await processesWith(`uml_dir=${kernelFolder}`);
  for (const one of found) signalProcess(one, 'SIGKILL');
  await Promise.all(found.map((one) => untilGone(one, withinMs)));
}

async function processesWith(argument: string): Promise<ProcessIdentity[]> {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    numbers.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return command.split('\0').includes(argument) ? identify(Number(pid)) : undefined;
    }),
  );
  return found.filter((one) => one !== undefined);
}
