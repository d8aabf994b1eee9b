import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../getting/command.ts';
import type { MachineContext } from '../component.ts';
import { kubeconfigOf } from '../users.ts';
import type { KubernetesObject } from './base.ts';

export async function createObjects(context: MachineContext, name: string, items: readonly KubernetesObject[]) {
  const file = context.place.configFile(`${name}.objects.json`);
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await createFromFile(context, file);
}

export async function createFromFile({ spec, place }: MachineContext, file: string): Promise<void> {
  const kubectl = join(spec.programs.kubernetes, 'kubectl');
  const args = ['--kubeconfig', kubeconfigOf(place, 'admin'), 'create', '--validate=false', '-f', file];
  await runCommand(kubectl, args, { timeoutMs: 60_000 });
}
