import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { DriverType } from '../../src/chaos/contract.ts';
import { thisOwner } from '../../src/chaos/lib/fault-owner.ts';
import { processDriver } from '../../src/chaos/process/driver.ts';
import { sweepOrphans } from '../../src/chaos/sweep.ts';
import { silentLog } from '../../src/clients/log.ts';
import { openSetting, signal } from './driver-setting.ts';
import { deadOwner, writeRecord } from './orphan-records.ts';

type Undo = NonNullable<DriverType['sweep']>;

const registry = (sweep?: Undo): ReadonlyMap<string, DriverType> =>
  new Map([['fake', { ...processDriver, type: 'fake', ...(sweep ? { sweep } : {}) }]]);

const sweepWith = (folder: string, undo: Undo, stop = signal()) =>
  sweepOrphans(folder, registry(undo), stop, silentLog);

it('undoes an orphan, says what it did, and only then forgets it', async () => {
  await using setting = await openSetting();
  await writeRecord(setting.faults, { owner: deadOwner() });
  let recordsDuring: string[] = [];

  const result = await sweepWith(setting.faults, async (undo) => {
    recordsDuring = await readdir(setting.faults);
    return `undid ${(undo as { what: string }).what}`;
  });
  expect(result).toEqual({
    removed: [{ run: 'run-1', experiment: 'breaks', driver: 'fake', text: 'undid it' }],
    failed: [],
    skipped: [],
  });
  expect(recordsDuring).toHaveLength(1);
  expect(await readdir(setting.faults)).toEqual([]);
});

it('keeps the record of what it could not undo, for the next sweep', async () => {
  await using setting = await openSetting();
  await writeRecord(setting.faults, { owner: deadOwner() });

  const failed = await sweepWith(setting.faults, () => Promise.reject(new Error('the server is gone')));
  expect(failed.failed.map((fault) => fault.text)).toEqual([
    `the server is gone (recorded in ${join(setting.faults, 'run-1+breaks.json')})`,
  ]);
  expect(await readdir(setting.faults)).toEqual(['run-1+breaks.json']);
  expect((await sweepWith(setting.faults, async () => 'undone')).removed).toHaveLength(1);
});

it('leaves a live run alone', async () => {
  await using setting = await openSetting();
  await writeRecord(setting.faults);

  const result = await sweepWith(setting.faults, () => Promise.reject(new Error('must not be called')));
  expect(result).toMatchObject({ removed: [], failed: [], skipped: [{ run: 'run-1' }] });
  expect(await readdir(setting.faults)).toHaveLength(1);
});

it('reports a damaged record and a driver it does not know, and sweeps the rest', async () => {
  await using setting = await openSetting();
  await writeRecord(setting.faults, { owner: deadOwner() });
  await writeRecord(setting.faults, { owner: deadOwner(), experiment: 'other', driver: 'from-the-future' });
  await writeFile(join(setting.faults, 'a.json'), '{');

  const { removed, failed } = await sweepWith(setting.faults, async () => 'undone');
  expect(removed).toHaveLength(1);
  expect(failed.map((fault) => fault.text).join('\n')).toMatch(/a\.json is not JSON\n.*no driver "from-the-future"/);
});

it('is done once by several sweeps at the same time', async () => {
  await using setting = await openSetting();
  for (let n = 0; n < 5; n++) await writeRecord(setting.faults, { owner: deadOwner(), experiment: `e${n}` });
  let undone = 0;
  const undo: Undo = async () => {
    undone++;
    await sleep(20);
    return 'undone';
  };

  const results = await Promise.all([1, 2, 3].map(() => sweepWith(setting.faults, undo)));
  expect(undone).toBe(5);
  expect(results.flatMap((result) => result.removed)).toHaveLength(5);
  expect(results.flatMap((result) => result.failed)).toEqual([]);
  expect(await readdir(setting.faults)).toEqual([]);
});

it('leaves alone what a living sweep holds, and takes over from a dead one', async () => {
  await using setting = await openSetting();
  const file = await writeRecord(setting.faults, { owner: deadOwner() });
  const { pid, startTime } = thisOwner();

  await rename(file, `${file}.claim-${pid}-${startTime}`);
  expect((await sweepWith(setting.faults, async () => 'undone')).skipped).toHaveLength(1);
  await rename(`${file}.claim-${pid}-${startTime}`, `${file}.claim-4194000-1`);
  expect((await sweepWith(setting.faults, async () => 'undone')).removed).toHaveLength(1);
});

it('gives up on a driver that never answers when it is told to stop', async () => {
  await using setting = await openSetting();
  await writeRecord(setting.faults, { owner: deadOwner() });

  const result = await sweepWith(setting.faults, () => new Promise(() => {}), signal(50));
  expect(result.failed.map((fault) => fault.text)).toEqual([
    expect.stringContaining('removing it took too long, or was stopped'),
  ]);
  expect(await readdir(setting.faults)).toEqual(['run-1+breaks.json']);
});

it('has nothing to do in an empty folder', async () => {
  await using setting = await openSetting();
  await mkdir(setting.faults);
  expect(await sweepWith(setting.faults, async () => '')).toEqual({ removed: [], failed: [], skipped: [] });
});
