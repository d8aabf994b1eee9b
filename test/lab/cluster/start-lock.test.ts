import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { alone } from '../../../lab/cluster/start-lock.ts';
import { formatPidFile, ownProcess } from '../../../lab/processes/pid-file.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const lockIn = (folder: string) => join(folder, 'deeper', 'start.lock');

describe('work that must be done alone', () => {
  test('waits for the same work of others', async () => {
    const lock = lockIn(temporaryFolder());
    let atOnce = 0;
    const work = async () => {
      expect(++atOnce).toBe(1);
      await sleep(20);
      atOnce--;
    };
    await Promise.all([alone(work, lock), alone(work, lock), alone(work, lock)]);
  });

  test('gives the lock back when it fails', async () => {
    const lock = lockIn(temporaryFolder());
    await expect(alone(() => Promise.reject(new Error('no')), lock)).rejects.toThrow('no');
    expect(await alone(() => Promise.resolve('done'), lock)).toBe('done');
  });

  test('does not wait for a process that was killed while it held the lock', async () => {
    const lock = join(temporaryFolder(), 'start.lock');
    writeFileSync(lock, formatPidFile({ ...ownProcess(), startTime: '1' }));
    expect(await alone(() => Promise.resolve(readFileSync(lock, 'utf8')), lock)).toBe(formatPidFile(ownProcess()));
  });
});
