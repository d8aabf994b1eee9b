import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { claimFolder, sweepDeadLabs } from '../../../lab/processes/lab-folder.ts';
import { identify, ownProcess, runsStill, writePidFile } from '../../../lab/processes/pid-file.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** A lab with one process, as a killed owner leaves it. */
function leftBehind(root: string, name: string, owner = { pid: process.pid, startTime: '1' }) {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const identity = identify(child.pid!)!;
  writePidFile(join(root, name, 'owner.pid'), owner);
  writePidFile(join(root, name, 'pids', 'gauge.pid'), identity);
  return identity;
}

describe('a lab’s folder', () => {
  test('belongs to the process that claimed it: a second of that name is refused', async () => {
    const root = temporaryFolder();
    await claimFolder(root, 'demo');
    await expect(claimFolder(root, 'demo')).rejects.toThrow(
      `the lab "demo" is up already, owned by process ${process.pid}`,
    );
  });

  test('without a name there may be many', async () => {
    const root = temporaryFolder();
    const [first, second] = await Promise.all([claimFolder(root), claimFolder(root)]);
    expect(first.path).not.toBe(second.path);
  });

  test('of a killed owner is swept at the next start: its processes end, its folder goes, its name is free', async () => {
    const root = temporaryFolder();
    const process_ = leftBehind(root, 'demo');
    const folder = await claimFolder(root, 'demo');
    expect(runsStill(process_)).toBe(false);
    expect(existsSync(folder.pidFile('gauge'))).toBe(false);
  });

  test('of a living owner is left alone', async () => {
    const root = temporaryFolder();
    const process_ = leftBehind(root, 'demo', ownProcess());
    expect(await sweepDeadLabs(root)).toEqual([]);
    expect(runsStill(process_)).toBe(true);
  });

  test('with a pid file whose number passed to a stranger costs that stranger nothing', async () => {
    const root = temporaryFolder();
    const stranger = leftBehind(root, 'demo');
    writePidFile(join(root, 'demo', 'pids', 'gauge.pid'), { pid: stranger.pid, startTime: '1' });
    expect(await sweepDeadLabs(root)).toEqual(['demo']);
    expect(runsStill(stranger)).toBe(true);
  });
});
