import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { readProcess } from '../../src/chaos/lib/process-status.ts';
import { driverTypes } from '../../src/chaos/registry.ts';
import { sweepOrphans } from '../../src/chaos/sweep.ts';
import { silentLog } from '../../src/clients/log.ts';
import { injectAndDie } from './crashing-runner.ts';
import { openSetting, signal, WAITS } from './driver-setting.ts';

const sweep = (faults: string) => sweepOrphans(faults, driverTypes, signal(), silentLog);

it('lets a process go on that a killed runner left stopped', async () => {
  await using setting = await openSetting();
  const { pid, pidFile } = await setting.victim();
  await injectAndDie(setting.faults, 'process', { action: 'pause', pidFile });
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
  await injectAndDie(setting.faults, 'process', { action: 'kill', pidFile, start: [process.execPath, '-e', WAITS] });

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
