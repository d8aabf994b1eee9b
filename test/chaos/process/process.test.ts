import { readFile, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readProcess } from '../../../src/chaos/lib/process-status.ts';
import { processDriver } from '../../../src/chaos/process/driver.ts';
import { open, openSetting, problemsOf, signal, WAITS } from '../driver-setting.ts';

const waits = [process.execPath, '-e', WAITS];
const state = (pid: number) => readProcess(pid)?.state;
const isUp = (pid: number) => ![undefined, 'Z', 'X'].includes(state(pid));
const childrenOf = async (pid: number) =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);
const pidIn = async (file: string) => Number((await readFile(file, 'utf8')).split('\n')[0]);

describe('pause', () => {
  it('stops the process, proves it by state and CPU time, and lets it go on', async () => {
    await using setting = await openSetting();
    const { pid, pidFile } = await setting.victim({ code: 'for (;;);' });
    const driver = await open(processDriver, { action: 'pause', pidFile }, setting.context);

    expect(await driver.prepare(signal())).toEqual({ targets: [`process ${pid} (node)`], problems: [] });
    const injected = await driver.inject(signal());
    expect(state(pid)).toBe('T');
    expect(injected.notBefore).toBeLessThanOrEqual(injected.at!);
    expect(injected.evidence).toMatchObject([{ of: 'mechanism', holds: true, values: { stopped: 1, cpuTicks: 0 } }]);
    expect(await driver.evidence(signal())).toMatchObject([{ holds: true }]);

    await driver.recover(signal());
    expect(state(pid)).not.toBe('T');
  });

  it('stops a whole process group', async () => {
    await using setting = await openSetting();
    const code = `require('node:child_process').spawn(process.execPath, ['-e', '${WAITS}']); ${WAITS}`;
    const { pid, pidFile } = await setting.victim({ detached: true, code });
    await expect.poll(() => childrenOf(pid), { timeout: 10_000 }).toHaveLength(1);
    const driver = await open(processDriver, { action: 'pause', pidFile, group: true }, setting.context);

    const injected = await driver.inject(signal());
    expect(injected.evidence).toMatchObject([{ holds: true, values: { processes: 2, stopped: 2 } }]);
    await driver.recover(signal());
    expect(state(pid)).not.toBe('T');
  });

  it('says that the evidence does not hold when somebody lets the process go on', async () => {
    await using setting = await openSetting();
    const { pid, pidFile } = await setting.victim({ code: 'for (;;);' });
    const driver = await open(processDriver, { action: 'pause', pidFile }, setting.context);
    await driver.inject(signal());

    process.kill(pid, 'SIGCONT');
    expect(await driver.evidence(signal())).toMatchObject([{ of: 'mechanism', holds: false }]);
    await driver.recover(signal());
  });

  it('has nothing to let go on when the process ended meanwhile', async () => {
    await using setting = await openSetting();
    const { pid, pidFile } = await setting.victim();
    const driver = await open(processDriver, { action: 'pause', pidFile }, setting.context);
    await driver.inject(signal());

    process.kill(pid, 'SIGKILL');
    await sleep(50);
    expect((await driver.recover(signal())).evidence[0]?.text).toContain('nothing to continue');
  });
});

describe('kill', () => {
  it('keeps the process down until it is started again', async () => {
    await using setting = await openSetting();
    const { pid, pidFile } = await setting.victim();
    setting.reap(pidFile);
    const driver = await open(processDriver, { action: 'kill', pidFile, start: waits }, setting.context);

    const injected = await driver.inject(signal());
    expect(isUp(pid)).toBe(false);
    expect(injected.evidence).toMatchObject([{ of: 'mechanism', holds: true }]);
    expect(await driver.evidence(signal())).toMatchObject([{ holds: true }]);

    await driver.recover(signal());
    const next = await pidIn(pidFile);
    expect(next).not.toBe(pid);
    expect(isUp(next)).toBe(true);
    await driver.recover(signal());
    expect(await pidIn(pidFile), 'a second recovery starts no second process').toBe(next);
  });

  it('is disproved by a supervisor that starts another process meanwhile', async () => {
    await using setting = await openSetting();
    const { pidFile } = await setting.victim();
    const driver = await open(processDriver, { action: 'kill', pidFile, start: waits }, setting.context);
    await driver.inject(signal());

    const other = await setting.victim({ pidFile });
    const [evidence] = await driver.evidence(signal());
    expect(evidence).toMatchObject({ holds: false, text: expect.stringContaining(`started process ${other.pid}`) });
    await driver.recover(signal());
    expect(await pidIn(pidFile)).toBe(other.pid);
  });

  it('ends a process that ignores SIGTERM before it starts the next one', async () => {
    await using setting = await openSetting();
    const { pid, pidFile } = await setting.victim({ code: `process.on('SIGTERM', () => {}); ${WAITS}` });
    setting.reap(pidFile);
    await sleep(300);
    const config = { action: 'kill', pidFile, start: waits, signal: 'TERM', stopWithin: '100ms' };
    const driver = await open(processDriver, config, setting.context);

    await expect(driver.inject(signal())).rejects.toThrow('did not end on SIGTERM in time');
    await driver.recover(signal());
    expect(isUp(pid)).toBe(false);
    expect(isUp(await pidIn(pidFile))).toBe(true);
  });

  it('starts it where it was, with added environment, and keeps the shape of the pid file', async () => {
    await using setting = await openSetting();
    const { pid, pidFile } = await setting.victim();
    setting.reap(pidFile);
    await writeFile(pidFile, `${pid}\n${readProcess(pid)?.startTime}\n`);
    const out = join(setting.folder, 'out');
    const write = `require('node:fs').writeFileSync('${out}', process.env.COLOUR + ' ' + process.cwd()); ${WAITS}`;
    const start = [process.execPath, '-e', write];
    const driver = await open(
      processDriver,
      { action: 'kill', pidFile, start, env: { COLOUR: 'blue' } },
      setting.context,
    );

    await driver.inject(signal());
    await driver.recover(signal());
    await expect.poll(() => readFile(out, 'utf8').catch(() => '')).toBe(`blue ${process.cwd()}`);
    const next = await pidIn(pidFile);
    expect(await readFile(pidFile, 'utf8')).toBe(`${next}\n${readProcess(next)?.startTime}\n`);
  });

  it.each([
    ['a program that does not exist', ['/does/not/exist'], 'cannot start /does/not/exist: ENOENT'],
    ['a program that ends at once', ['sh', '-c', 'exit 3'], 'ended at once (exit code 3)'],
    ['a launcher that is not declared as one', ['true'], 'a launcher needs `startWritesPidFile: true`'],
  ])('rejects the recovery with one line for %s', async (_sentence, start, message) => {
    await using setting = await openSetting();
    const { pidFile } = await setting.victim();
    const driver = await open(processDriver, { action: 'kill', pidFile, start }, setting.context);
    await driver.inject(signal());

    await expect(driver.recover(signal())).rejects.toThrow(message);
  });

  it('waits for the pid file that a launcher writes', async () => {
    await using setting = await openSetting();
    const { pid, pidFile } = await setting.victim();
    setting.reap(pidFile);
    const launcher = `
      const child = require('node:child_process').spawn(process.execPath, ['-e', '${WAITS}'], { detached: true, stdio: 'ignore' });
      child.unref();
      setTimeout(() => require('node:fs').writeFileSync('${pidFile}', child.pid + '\\n'), 200);`;
    const start = [process.execPath, '-e', launcher];
    const driver = await open(
      processDriver,
      { action: 'kill', pidFile, start, startWritesPidFile: true },
      setting.context,
    );

    await driver.inject(signal());
    await driver.recover(signal());
    expect(await pidIn(pidFile)).not.toBe(pid);
    expect(isUp(await pidIn(pidFile))).toBe(true);
  });
});

describe('restart', () => {
  it('replaces the process at once and holds until the new one serves', async () => {
    await using setting = await openSetting();
    const { pid, pidFile } = await setting.victim();
    setting.reap(pidFile);
    const port = await freePort();
    const serve = `setTimeout(() => require('node:net').createServer().listen(${port}, '127.0.0.1'), 300)`;
    const config = {
      action: 'restart',
      pidFile,
      start: [process.execPath, '-e', serve],
      ready: { tcp: `127.0.0.1:${port}` },
    };
    const driver = await open(processDriver, config, setting.context);
    expect(processDriver.oneShot(processDriver.config.parse(config))).toBe(true);

    const injected = await driver.inject(signal());
    const held = await driver.hold!(signal());
    expect(held.at! - injected.at!).toBeGreaterThan(250);
    expect(held.evidence).toMatchObject([{ of: 'mechanism', holds: true }]);
    expect(await driver.evidence(signal())).toMatchObject([{ holds: true }]);
    await driver.recover(signal());
    expect(await pidIn(pidFile)).not.toBe(pid);
  });

  it('starts the process in the recovery when the hold was cut short before it', async () => {
    await using setting = await openSetting();
    const { pid, pidFile } = await setting.victim();
    setting.reap(pidFile);
    const driver = await open(processDriver, { action: 'restart', pidFile, start: waits }, setting.context);

    await driver.inject(signal());
    await driver.recover(signal());
    expect(isUp(await pidIn(pidFile))).toBe(true);
    expect(await pidIn(pidFile)).not.toBe(pid);
  });

  it('waits for a supervisor, and gives up when told to', async () => {
    await using setting = await openSetting();
    const { pidFile } = await setting.victim();
    const driver = await open(processDriver, { action: 'restart', pidFile, supervised: true }, setting.context);
    await driver.inject(signal());

    await expect(driver.hold!(signal(100))).rejects.toThrow();
    const next = await setting.victim({ pidFile });
    expect((await driver.hold!(signal(2_000))).evidence[0]?.text).toContain(`replaced by process ${next.pid}`);
    await driver.recover(signal());
  });
});

describe('what is refused', () => {
  it.each<[string, () => Promise<string> | string, string]>([
    ['the first process of all', () => '1\n', 'is the first of all'],
    ['this program itself', () => `${process.pid}\n`, 'is this program itself'],
    ['a parent of this program', () => `${process.ppid}\n`, 'is a parent of this program'],
    ['a number that nobody has', () => '4194000\n', 'is not running'],
    ['a file without a number', () => 'hello\n', 'holds no process id'],
    ['a start time that is not its own', () => `${process.pid}\n12\n`, 'is stale'],
  ])('%s', async (_sentence, content, problem) => {
    await using setting = await openSetting();
    const pidFile = join(setting.folder, 'some.pid');
    await writeFile(pidFile, await content());
    const driver = await open(processDriver, { action: 'pause', pidFile }, setting.context);

    const { targets, problems } = await driver.prepare(signal());
    expect(targets).toEqual([]);
    expect(problems.join()).toContain(problem);
    await expect(driver.inject(signal())).rejects.toThrow(problem);
  });

  it('a pid file that is older than the process that now has its number', async () => {
    await using setting = await openSetting();
    const { pid, pidFile } = await setting.victim();
    await utimes(pidFile, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    const driver = await open(processDriver, { action: 'kill', pidFile, start: waits }, setting.context);

    expect((await driver.prepare(signal())).problems.join()).toContain('is stale');
    await expect(driver.inject(signal())).rejects.toThrow('is stale');
    expect(isUp(pid)).toBe(true);
  });

  it('a process of another user', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('needs root, to start a process as somebody else');
    await using setting = await openSetting();
    const pidFile = join(setting.folder, 'other.pid');
    await setting.victim({ pidFile, code: `process.setuid(65534); ${WAITS}` });
    const driver = await open(processDriver, { action: 'pause', pidFile }, setting.context);

    await expect
      .poll(async () => (await driver.prepare(signal())).problems.join())
      .toContain('belongs to another user');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['`kill` without a way back', { action: 'kill' }, 'start: `kill` needs `start`'],
    ['`restart` without a way back', { action: 'restart' }, 'start: `restart` needs `start`'],
    ['`pause` with a signal', { action: 'pause', signal: 'TERM' }, 'signal: means nothing here'],
    ['`kill` with a ready check', { action: 'kill', start: ['x'], ready: { tcp: 'h:1' } }, 'ready: means nothing here'],
    [
      'a supervised process with a command',
      { action: 'restart', supervised: true, start: ['x'] },
      'start: means nothing here',
    ],
  ])('%s', (_sentence, config, problem) => {
    expect(problemsOf(processDriver, { pidFile: '/p', ...config }).join()).toContain(problem);
  });
});

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
