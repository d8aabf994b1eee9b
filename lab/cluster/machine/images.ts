import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../getting/command.ts';
import type { MachineContext } from './component.ts';
import { containerdSocket } from './components/containerd.ts';

export async function importImages({ spec, place }: MachineContext): Promise<void> {
  const ctr = join(spec.programs.containerd, 'ctr');
  for (const file of await readdir(place.images)) {
    const args = ['--address', containerdSocket, '--namespace', 'k8s.io', 'images', 'import', join(place.images, file)];
    await runCommand(ctr, args, { timeoutMs: 120_000 });
  }
}
