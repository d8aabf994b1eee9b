import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  formatPidFile,
  identify,
  ownProcess,
  parsePidFile,
  readPidFile,
  runsStill,
  signalProcess,
  writePidFile,
} from '../../../lab/processes/pid-file.ts';
import { untilGone } from '../../../lab/processes/until-gone.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function sleeper(program = 'sleep') {
  const child = spawn(program, ['60'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, identity: identify(child.pid!)! };
}

describe('a pid file', () => {
  test('reads as it was written', () => {
    const identity = fc.record({
      pid: fc.integer({ min: 1, max: 4_194_304 }),
      startTime: fc.bigInt(0n, 2n ** 63n).map(String),
    });
    fc.assert(
      fc.property(identity, (written) => {
        expect(parsePidFile(formatPidFile(written))).toEqual(written);
      }),
    );
  });

  test('has the number alone on its first line, as everybody expects', () => {
    expect(formatPidFile({ pid: 42, startTime: '7' }).split('\n')[0]).toBe('42');
  });

  test.each(['', '42', '42\n', '42\n7', '-1\n7\n', '0\n7\n', 'x\n7\n', '42\n7\nmore'])(
    '%j names no process',
    (text) => {
      expect(parsePidFile(text)).toBeUndefined();
    },
  );

  test('that is missing names no process', async () => {
    expect(await readPidFile(join(temporaryFolder(), 'none.pid'))).toBeUndefined();
  });

  test('is written whole, into a folder that is made for it', async () => {
    const path = join(temporaryFolder(), 'pids', 'own.pid');
    writePidFile(path, ownProcess());
    expect(await readPidFile(path)).toEqual(ownProcess());
  });
});

describe('a process is known by its number and its start', () => {
  test('it runs until it is killed', async () => {
    const { identity } = sleeper();
    expect(runsStill(identity)).toBe(true);
    signalProcess(identity, 'SIGKILL');
    await untilGone(identity, 5_000);
    expect(runsStill(identity)).toBe(false);
  });

  test('one with the same number that began at another time is a stranger, and left alone', async () => {
    const { child, identity } = sleeper();
    const old = { pid: identity.pid, startTime: `${BigInt(identity.startTime) - 1n}` };
    expect(runsStill(old)).toBe(false);
    signalProcess(old, 'SIGKILL');
    await sleep(50);
    expect(child.signalCode).toBeNull();
    expect(runsStill(identity)).toBe(true);
  });

  test('a name with blanks and brackets does not confuse', () => {
    const program = join(temporaryFolder(), 'a) R 1 (b');
    copyFileSync('/bin/sleep', program);
    const plain = sleeper().identity;
    const odd = sleeper(program).identity;
    expect(Math.abs(Number(odd.startTime) - Number(plain.startTime))).toBeLessThan(500);
  });

  test('a zombie does not run', async () => {
    const script = join(temporaryFolder(), 'leave-a-zombie.sh');
    writeFileSync(script, 'sleep 0 & echo $!; exec sleep 60\n');
    const parent = spawn('sh', [script], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = await once(parent.stdout, 'data');
    await expect.poll(() => identify(Number(String(line))), { timeout: 5_000 }).toBeUndefined();
  });

  test('the whole group of a leader is signalled', async () => {
    const leader = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = await once(leader.stdout, 'data');
    const member = identify(Number(String(line)))!;
    signalProcess(identify(leader.pid!)!, 'SIGKILL');
    await untilGone(member, 5_000);
    expect(runsStill(member)).toBe(false);
  });
});
