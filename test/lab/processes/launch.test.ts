import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../../lab/getting/command.ts';
import { labFolder } from '../../../lab/processes/lab-folder.ts';
import { launch, stop, writeSpec } from '../../../lab/processes/launch.ts';
import { readPidFile, runsStill, signalProcess } from '../../../lab/processes/pid-file.ts';
import { untilGone } from '../../../lab/processes/until-gone.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { someSpec } from './some-spec.ts';

async function launched(program?: string) {
  const folder = labFolder(temporaryFolder());
  const spec = await someSpec(folder, 'gauge', program);
  onTestFinished(() => stop(spec.pidFile, 0));
  return { folder, spec };
}

describe('launching a process', () => {
  test('it is ready when the call returns, has a pid file and a log, and ends with stop', async () => {
    const { spec } = await launched();
    const identity = await launch(spec);
    expect((await fetch((spec.readiness as { url: string }).url)).status).toBe(200);
    expect(await readPidFile(spec.pidFile)).toEqual(identity);
    expect(readFileSync(spec.logFile, 'utf8')).toContain('answering');
    await stop(spec.pidFile, 2_000);
    expect(runsStill(identity)).toBe(false);
    expect(existsSync(spec.pidFile)).toBe(false);
  });

  test('one that ends at once is told with the end of its log', async () => {
    const { spec } = await launched('console.error("no such flag"); process.exit(3);');
    await expect(launch(spec)).rejects.toThrow(/gauge did not start: it ended at once\n.*no such flag/s);
  });

  test('one that never becomes ready is killed', async () => {
    const { spec } = await launched('setInterval(() => {}, 1000);');
    const launching = launch({ ...spec, readyWithinMs: 300 });
    await expect(launching).rejects.toThrow(/gauge did not start: not ready after 300 ms/);
    expect(existsSync(spec.pidFile)).toBe(false);
  });

  test('a program that does not exist is told', async () => {
    const { spec } = await launched();
    await expect(launch({ ...spec, command: ['/no/such/program'] })).rejects.toThrow(/ENOENT/);
  });

  test('one that runs already is not started twice', async () => {
    const { spec } = await launched();
    const { pid } = await launch(spec);
    await expect(launch(spec)).rejects.toThrow(`gauge runs already, as ${pid}`);
  });

  test('one that ignores SIGTERM is killed after its grace', async () => {
    const { spec } = await launched(`
      process.on('SIGTERM', () => {});
      const { createServer } = await import('node:http');
      createServer((_, response) => response.end()).listen(Number(process.argv[2]), '127.0.0.1');
    `);
    const identity = await launch(spec);
    await stop(spec.pidFile, 200);
    expect(runsStill(identity)).toBe(false);
  });

  test('after a kill from outside the launcher starts it again, and stop ends the new one', async () => {
    const { folder, spec } = await launched();
    const first = await launch(spec);
    await writeSpec(folder.specFile('gauge'), spec);
    signalProcess(first, 'SIGKILL');
    await untilGone(first, 5_000);
    const told = await runCommand(process.execPath, ['lab/launch.ts', folder.specFile('gauge')]);
    const second = (await readPidFile(spec.pidFile))!;
    expect(told.trim()).toBe(`gauge ${second.pid}`);
    expect(runsStill(second), 'the launcher took it along when it ended').toBe(true);
    expect(second).not.toEqual(first);
    await stop(spec.pidFile, 2_000);
    expect(runsStill(second)).toBe(false);
  });
});
