/** The lab's own programs that stand in for those of Chaos Mesh's daemon. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildNative } from '../../../lab/cluster/native.ts';
import { runCommand } from '../../../lab/getting/command.ts';
import { createResolver } from '../../../lab/resolve.ts';

let folder: string;
beforeAll(async () => {
  folder = await buildNative((await createResolver()('c-compiler')).path);
});

function start(program: string, ...args: string[]): ChildProcess & { pid: number } {
  const child = spawn(join(folder, program), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child as ChildProcess & { pid: number };
}

function statusOf(pid: number, field: string): string {
  return new RegExp(`^${field}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
}

const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

describe('pause', () => {
  test('stands still under its own name, and becomes the command when it is continued', async () => {
    const child = start('pause', 'echo', 'hello');
    const output: string[] = [];
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    await expect.poll(() => statusOf(child.pid, 'State')).toMatch(/^T/);
    expect(statusOf(child.pid, 'Name')).toBe('pause');
    child.kill('SIGCONT');
    await once(child, 'close');
    expect(output.join('')).toBe('hello\n');
  });
});

describe('memStress', () => {
  const megabytesHeldBy = (pid: number) =>
    childrenOf(pid).reduce((sum, worker) => sum + Number.parseInt(statusOf(worker, 'VmRSS'), 10) / 1024, 0);

  test.each([
    ['--size 64MB --workers 2', 2, 61],
    ['--size 64MiB', 1, 64],
    ['--workers 4 --size 32MB --time 200ms', 4, 30.5],
  ])('%s: holds the size in total, shared by its workers', async (args, workers, megabytes) => {
    const child = start('memStress', ...args.split(' '));
    await expect.poll(() => megabytesHeldBy(child.pid), { timeout: 5_000 }).toBeGreaterThan(megabytes);
    expect(megabytesHeldBy(child.pid)).toBeLessThan(megabytes * 1.2);
    expect(childrenOf(child.pid)).toHaveLength(workers);
  });

  test('ends with its workers when it is told to', async () => {
    const child = start('memStress', '--size', '8MB', '--workers', '2');
    await expect.poll(() => childrenOf(child.pid)).toHaveLength(2);
    const workers = childrenOf(child.pid);
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(workers.filter((pid) => processRuns(pid))).toEqual([]);
  });

  test.each(['--size much', '--time soon', '--workers 0', '--unknown 1'])('%s: refused', async (args) => {
    const [code] = await once(start('memStress', ...args.split(' ')), 'close');
    expect(code).toBe(64);
  });
});

describe('nsexec', () => {
  test('runs a command in another network', async () => {
    const other = spawn('unshare', ['--net', 'sleep', '60']);
    onTestFinished(() => void other.kill('SIGKILL'));
    const networkOf = (pid: number | string) => readlinkSync(`/proc/${pid}/ns/net`);
    await expect.poll(() => networkOf(other.pid!)).not.toBe(networkOf('self'));
    const command = ['-n', `/proc/${other.pid}/ns/net`, '--', 'readlink', '/proc/self/ns/net'];
    expect(await runCommand(join(folder, 'nsexec'), command)).toBe(`${networkOf(other.pid!)}\n`);
  });

  test('ends as the command ends, also where it enters processes', async () => {
    const ended = async (...options: string[]) =>
      (await once(start('nsexec', ...options, '--', 'sh', '-c', 'exit 7'), 'close'))[0];
    expect(await ended('-n', '/proc/self/ns/net')).toBe(7);
    expect(await ended('-p', '/proc/self/ns/pid')).toBe(7);
  });
});

function processRuns(pid: number): boolean {
  try {
    return !/^[ZX]/.test(statusOf(pid, 'State'));
  } catch {
    return false;
  }
}
