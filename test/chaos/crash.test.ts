import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readProcess } from '../../src/chaos/lib/process-status.ts';
import { driverTypes } from '../../src/chaos/registry.ts';
import { sweepOrphans } from '../../src/chaos/sweep.ts';
import { silentLog } from '../../src/clients/log.ts';
import { openSetting, signal, WAITS } from './driver-setting.ts';

/** A runner that injects, says so, and is then killed from outside. */
async function injectAndDie(faults: string, config: unknown): Promise<void> {
  const source = (path: string) => join(import.meta.dirname, '../../src', path);
  const code = `
    const { driverTypes } = await import('${source('chaos/registry.ts')}');
    const { openLedger } = await import('${source('chaos/ledger.ts')}');
    const { silentLog } = await import('${source('clients/log.ts')}');
    const type = driverTypes.get('process');
    const entry = { run: 'r', plan: 'p', experiment: 'e', driver: 'process', maxFaultMs: 60_000 };
    const ledger = openLedger('${faults}', entry);
    const driver = await type.open(type.config.parse(${JSON.stringify(config)}), {
      ...entry, durationMs: 1, now: () => performance.now(), random: () => 0, log: silentLog, ledger,
    });
    await driver.inject(new AbortController().signal);
    process.stdout.write('injected');
    setInterval(() => {}, 1000);`;
  const runner = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  expect(String(await once(runner.stdout, 'data'))).toBe('injected');
  runner.kill('SIGKILL');
  await once(runner, 'exit');
}

const sweep = (faults: string) => sweepOrphans(faults, driverTypes, signal(), silentLog);

it('lets a process go on that a killed runner left stopped', async () => {
  await using setting = await openSetting();
  const { pid, pidFile } = await setting.victim();
  await injectAndDie(setting.faults, { action: 'pause', pidFile });
  expect(readProcess(pid)?.state).toBe('T');

  const { removed, failed } = await sweep(setting.faults);
  expect(failed).toEqual([]);
  expect(removed.map((fault) => fault.text)).toEqual([`process ${pid} (node) was continued`]);
  expect(readProcess(pid)?.state).not.toBe('T');
  expect(await readdir(setting.faults)).toEqual([]);
});

it('starts a process again that a killed runner left down, once for two sweeps', async () => {
  await using setting = await openSetting();
  const { pid, pidFile } = await setting.victim();
  setting.reap(pidFile);
  await injectAndDie(setting.faults, { action: 'kill', pidFile, start: [process.execPath, '-e', WAITS] });

  const results = await Promise.all([sweep(setting.faults), sweep(setting.faults)]);
  expect(results.flatMap((result) => result.removed)).toHaveLength(1);
  const next = Number(await readFile(pidFile, 'utf8'));
  expect(next).not.toBe(pid);
  expect(readProcess(next)?.state).toBeDefined();
});

it('leaves the fault of a runner that lives alone', async () => {
  await using setting = await openSetting();
  const { pidFile } = await setting.victim();
  const type = driverTypes.get('process')!;
  const driver = await type.open(type.config.parse({ action: 'pause', pidFile }), setting.context);
  await driver.inject(signal());

  expect(await sweep(setting.faults)).toMatchObject({ removed: [], failed: [], skipped: [{ experiment: 'breaks' }] });
  await driver.recover(signal());
  expect(await readdir(setting.faults)).toEqual([]);
});
