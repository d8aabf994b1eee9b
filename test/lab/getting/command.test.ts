import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../lab/getting/command.ts';
import { identify } from '../../../lab/processes/pid-file.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const shell = (script: string, options = {}) => runCommand('sh', ['-c', script], options);

describe('running a command', () => {
  test('gives what it printed on both streams', async () => {
    const output = await shell('echo one; echo two >&2');
    expect(output.split('\n').sort()).toEqual(['', 'one', 'two']);
  });

  test('hands folder and variables over', async () => {
    const folder = temporaryFolder();
    expect(await shell('pwd; echo $GAUGE', { cwd: folder, env: { GAUGE: 'full' } })).toBe(`${folder}\nfull\n`);
  });

  test('tells the end of the output of one that fails', async () => {
    await expect(shell('for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done; exit 4')).rejects.toThrow(
      /^sh -c .* ended with 4:\nline 2\n.*line 9$/s,
    );
  });

  test('says when there is no such program', async () => {
    await expect(runCommand('no-such-gauge', [])).rejects.toThrow(new Error('there is no no-such-gauge'));
  });

  test('kills one that takes too long, and all it started', async () => {
    const pidFile = join(temporaryFolder(), 'pid');
    await expect(shell(`sleep 60 & echo $! > ${pidFile}; wait`, { timeoutMs: 300 })).rejects.toThrow(
      /ended with SIGKILL/,
    );
    const started = Number(readFileSync(pidFile, 'utf8'));
    await expect.poll(() => identify(started)).toBeUndefined();
  });

  test('a command ends with the process that runs it', async () => {
    const folder = temporaryFolder();
    const [pidFile, program] = [join(folder, 'pid'), join(folder, 'owner.ts')];
    const command = resolve('lab/getting/command.ts');
    writeFileSync(
      program,
      `import { runCommand } from '${command}';
       setTimeout(() => console.log('running'), 300);
       await runCommand('sh', ['-c', 'echo $$ > ${pidFile}; sleep 60']);`,
    );
    const owner = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'ignore'] });
    const closed = once(owner, 'close');
    await once(owner.stdout, 'data');
    owner.kill('SIGTERM');
    await closed;
    await expect.poll(() => identify(Number(readFileSync(pidFile, 'utf8')))).toBeUndefined();
  });
});
