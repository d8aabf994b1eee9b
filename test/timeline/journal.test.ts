import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/slo/model/entry.ts';
import { openJournal, TIMELINE_FILE } from '../../src/timeline/journal.ts';
import { readTimeline } from '../../src/timeline/reader.ts';
import { aGap, aHeader } from './entries.ts';

const CHILD = new URL('journal-child.ts', import.meta.url).pathname;

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'steadfast-journal-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function readBack(path: string) {
  const entries: Entry[] = [];
  const reading = readTimeline(path, (entry) => entries.push(entry));
  return { entries, reading };
}

describe('the journal', () => {
  test('holds everything that was appended once it is closed, in that order', async () => {
    const journal = await openJournal(join(dir, 'runs', 'r1'));
    const written: Entry[] = [aHeader(), ...Array.from({ length: 5000 }, (_, slot) => aGap(slot))];
    for (const entry of written) journal.append(entry);
    await journal.close();
    await journal.close();

    const { entries, reading } = readBack(journal.path);
    expect(entries).toEqual(written);
    expect(reading).toEqual({ entries: 5001, cut: false, problems: [] });
  });

  test('writes without being asked, within a moment', async () => {
    const journal = await openJournal(dir);
    journal.append(aHeader());
    await expect.poll(() => readFile(journal.path, 'utf8'), { timeout: 1000, interval: 5 }).toContain('\n');
    await journal.close();
  });

  test('holds after a sync what was appended before it', async () => {
    const journal = await openJournal(dir);
    for (let round = 1; round <= 20; round++) {
      journal.append(round === 1 ? aHeader() : aGap(round));
      await journal.sync();
      expect(readBack(journal.path).entries.length).toBe(round);
    }
    await journal.close();
  });

  test('never touches a timeline that is there already', async () => {
    const journal = await openJournal(dir);
    journal.append(aHeader());
    await journal.close();

    await expect(openJournal(dir)).rejects.toThrow('EEXIST');
    expect(readBack(journal.path).entries.length).toBe(1);
  });

  test('takes nothing once it is closed', async () => {
    const journal = await openJournal(dir);
    await journal.close();

    expect(() => journal.append(aHeader())).toThrow('the timeline is closed');
  });
});

describe('a program that is killed', () => {
  test('loses at most what it recorded in its last moment, and leaves a timeline that can be read', async () => {
    const child = spawn(process.execPath, [CHILD, dir]);
    const lastWritten = await killAfterLines(child, 30);

    const { entries, reading } = readBack(join(dir, TIMELINE_FILE));
    expect(reading.problems).toEqual([]);
    expect(entries.length).toBeGreaterThan(lastWritten);
    expect(entries.slice(1)).toEqual(Array.from({ length: entries.length - 1 }, (_, slot) => aGap(slot)));
  });
});

describe('a disk that is full', () => {
  test('is told to whoever appends and to whoever closes', async () => {
    const limited = `ulimit -f 64; exec "${process.execPath}" "${CHILD}" "${dir}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', limited]);

    expect(stdout).toContain('failed: EFBIG');
    expect(stdout).toContain('close: EFBIG');
    expect(readBack(join(dir, TIMELINE_FILE)).reading.problems).toEqual([]);
  });
});

/** Kills the child in the middle of its work. Returns the last slot that it said was written. */
function killAfterLines(child: ChildProcess, lines: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.on('error', reject);
    child.stdout!.on('data', (data) => {
      output += data;
      if (output.split('\n').length > lines) child.kill('SIGKILL');
    });
    child.on('exit', () => resolve(Number(output.trim().split('\n').at(-2))));
  });
}
