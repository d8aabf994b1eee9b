import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { driverTypes } from '../../src/chaos/registry.ts';
import { sweep } from '../../src/cli/sweep.ts';
import { openSetting } from '../chaos/driver-setting.ts';
import { deadOwner, writeRecord } from '../chaos/orphan-records.ts';

async function run(args: string[], env: Record<string, string>) {
  const said: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] };
  const registries = {
    drivers: driverTypes,
    probes: new Map(),
    sources: new Map(),
    vantages: new Map(),
    exporters: new Map(),
  };
  const stdout = (text: string) => void said.stdout.push(text);
  const stderr = (text: string) => void said.stderr.push(text);
  const code = await sweep(args, { stdout, stderr, env, registries });
  return { code, stdout: said.stdout.join(''), stderr: said.stderr.join('') };
}

it('says that nothing was left behind', async () => {
  await using setting = await openSetting();
  const result = await run([], { STEADFAST_STATE: setting.folder });
  expect(result).toEqual({ code: 0, stdout: 'nothing was left behind\n', stderr: '' });
});

it('says what it removed', async () => {
  await using setting = await openSetting();
  const member = { pid: 4_194_000, startTime: '1' };
  const undo = { action: 'pause', machine: deadOwner().machine, pidFile: '/p', name: 'server', members: [member] };
  await writeRecord(setting.faults, { owner: deadOwner(), driver: 'process', undo });

  const { code, stdout } = await run([], { STEADFAST_STATE: setting.folder });
  expect(code).toBe(0);
  expect(stdout).toBe(
    'removed: run run-1, experiment breaks (process): process 4194000 (server) is gone: there is nothing to continue\n',
  );
});

it('ends with 40 when a fault may still be there', async () => {
  await using setting = await openSetting();
  await writeRecord(setting.faults, { owner: deadOwner(), driver: 'process', undo: 'nonsense' });
  await writeFile(join(setting.faults, 'z.json'), '');

  const { code, stderr } = await run([], { STEADFAST_STATE: setting.folder });
  expect(code).toBe(40);
  expect(stderr.split('\n')).toMatchObject([
    expect.stringContaining('z.json is not JSON'),
    expect.stringContaining(
      'STILL THERE: run run-1, experiment breaks (process): the record of a struck process cannot',
    ),
    '',
  ]);
});

it.each([
  ['an argument it does not know', ['--hard'], { HOME: '/h' }, 64],
  ['no place to look', [], {}, 69],
  ['a call for help', ['--help'], {}, 0],
])('ends with the right code for %s', async (_sentence, args, env, code) => {
  expect((await run(args, env)).code).toBe(code);
});

it('is not ready where the records cannot be read', async () => {
  await using setting = await openSetting();
  const file = join(setting.folder, 'file');
  await writeFile(file, '');

  const { code, stderr } = await run([], { STEADFAST_STATE: file });
  expect(code).toBe(69);
  expect(stderr).toContain('where faults are recorded, cannot be read: ENOTDIR');
});
