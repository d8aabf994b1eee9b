import { runCommand } from './command.ts';

/** Installs a package and all it depends on into a folder of its own; nothing of the system's Python is changed. */
export async function installWithPip(python: string, requirement: string, into: string): Promise<void> {
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', into, requirement];
  await runCommand(python, install, { timeoutMs: 10 * 60_000 });
}
