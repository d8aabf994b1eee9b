import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { endLeftOver } from '../../../../lab/cluster/netem-node/left-over.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';

async function kernelIn(folder: string): Promise<ChildProcess> {
  const child = spawn('bash', ['-c', 'echo up; read', 'linux', `uml_dir=${folder}`], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('what a kernel left is ended by the folder that it was started with, and no other', async () => {
  const folder = temporaryFolder();
  const [ours, another] = [await kernelIn(folder), await kernelIn(`${folder}-of-another`)];
  const gone = once(ours, 'exit');

  await endLeftOver(folder);

  expect((await gone)[1]).toBe('SIGKILL');
  expect(another.exitCode ?? another.signalCode).toBeNull();
});
