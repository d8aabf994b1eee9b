import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLedger } from '../../src/chaos/ledger.ts';
import { type FaultRecord, parseFaultRecord, recordFileName } from '../../src/chaos/lib/fault-record.ts';
import { listFaults } from '../../src/chaos/orphans.ts';
import { faultsFolder } from '../../src/chaos/state-folder.ts';
import { ledgerIn, openSetting } from './driver-setting.ts';
import { deadOwner, writeRecord } from './orphan-records.ts';

describe('the ledger', () => {
  it('writes one readable file, replaces it, and removes it', async () => {
    await using setting = await openSetting();
    const ledger = ledgerIn(setting.faults);

    await ledger.record({ step: 1 });
    await ledger.record({ step: 2 });
    const names = await readdir(setting.faults);
    expect(names).toEqual(['run-1+breaks.json']);
    const read = parseFaultRecord(await readFile(join(setting.faults, names[0]!), 'utf8'));
    expect(read).toMatchObject({ ok: true, record: { run: 'run-1', driver: 'process', undo: { step: 2 } } });

    await ledger.clear();
    await ledger.clear();
    expect(await readdir(setting.faults)).toEqual([]);
  });

  it('leaves the record of another run alone when it never wrote one', async () => {
    await using setting = await openSetting();
    await ledgerIn(setting.faults).record({});

    await ledgerIn(setting.faults).clear();
    expect(await readdir(setting.faults)).toHaveLength(1);
  });

  it('fails, so that nothing is injected, where it cannot write', async () => {
    await using setting = await openSetting();
    await writeFile(setting.faults, 'a file in the place of the folder');

    await expect(ledgerIn(setting.faults).record({})).rejects.toThrow();
  });

  it('gives no two experiments the same file, whatever their names', () => {
    const pair = fc.tuple(fc.string(), fc.string());
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const name = recordFileName(...one);
        expect(name).not.toContain('/');
        expect(Buffer.byteLength(name)).toBeLessThan(200);
        if (one.join('\n') !== other.join('\n')) expect(name).not.toBe(recordFileName(...other));
      }),
    );
    expect(recordFileName('r'.repeat(500), 'e')).toHaveLength(69);
  });
});

describe('whose fault it is', () => {
  it.each<[string, Partial<FaultRecord>, 'orphans' | 'owned']>([
    ['of this very process: it is at work', {}, 'owned'],
    ['of a process that ended: orphan', { owner: deadOwner() }, 'orphans'],
    ['of another process with the same number: orphan', { owner: { ...deadOwner(), pid: process.pid } }, 'orphans'],
    ['of this machine before its restart: orphan', { owner: deadOwner({ boot: 'earlier' }) }, 'orphans'],
    ['of another machine, which may be at work', { owner: deadOwner({ boot: 'x', host: 'other' }) }, 'owned'],
    [
      'of another machine, past the time in which its run must have ended',
      { owner: deadOwner({ boot: 'x', host: 'other' }), unwantedAfter: '2020-01-01T00:00:00Z' },
      'orphans',
    ],
    [
      'of another container on this machine, which may be at work',
      { owner: deadOwner({ pidNamespace: 'pid:[1]' }) },
      'owned',
    ],
  ])('%s', async (_sentence, over, expected) => {
    await using setting = await openSetting();
    await writeRecord(setting.faults, over);

    const found = await listFaults(setting.faults);
    expect({ orphans: found.orphans.length, owned: found.owned.length, damaged: found.damaged }).toEqual({
      orphans: expected === 'orphans' ? 1 : 0,
      owned: expected === 'owned' ? 1 : 0,
      damaged: [],
    });
  });

  it('is an orphan once the process that recorded it has ended without a word', async () => {
    await using setting = await openSetting();
    const ledger = join(import.meta.dirname, '../../src/chaos/ledger.ts');
    const entry = { run: 'r', plan: 'p', experiment: 'e', driver: 'process', maxFaultMs: 1000 };
    const code = `
      const { openLedger } = await import('${ledger}');
      await openLedger('${setting.faults}', ${JSON.stringify(entry)}).record({ a: 1 });
      process.kill(process.pid, 'SIGKILL');`;

    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', code]);
    expect(signal).toBe('SIGKILL');
    expect((await listFaults(setting.faults)).orphans.map((fault) => fault.record.undo)).toEqual([{ a: 1 }]);
  });

  it.each([
    ['not JSON', 'is not JSON'],
    ['{"schema":"steadfast/fault/v1","run":"r"}', 'is not a fault record: plan'],
    ['[]', 'is not a fault record: all of it'],
    [`"${'x'.repeat(1_000_001)}"`, 'is larger than 1MB'],
  ])('reports a damaged record %#', async (text, problem) => {
    await using setting = await openSetting();
    await mkdir(setting.faults);
    await writeFile(join(setting.faults, 'x.json'), text);

    const { damaged } = await listFaults(setting.faults);
    expect(damaged).toEqual([{ file: join(setting.faults, 'x.json'), problem: expect.stringContaining(problem) }]);
  });

  it('finds nothing where there is no folder, and ignores drafts', async () => {
    await using setting = await openSetting();
    expect(await listFaults(setting.faults)).toEqual({ orphans: [], owned: [], damaged: [] });
    await mkdir(setting.faults);
    await writeFile(join(setting.faults, 'x.json.draft-12'), '{');
    expect(await listFaults(setting.faults)).toEqual({ orphans: [], owned: [], damaged: [] });
  });
});

it.each([
  [{ STEADFAST_STATE: '/s', XDG_STATE_HOME: '/x', HOME: '/h' }, '/s/faults'],
  [{ XDG_STATE_HOME: '/x', HOME: '/h' }, '/x/steadfast/faults'],
  [{ HOME: '/h' }, '/h/.local/state/steadfast/faults'],
  [{}, undefined],
])('keeps faults in %o -> %s', (env, folder) => {
  expect(faultsFolder(env)).toBe(folder);
});

it('opens ledgers without touching the disk', async () => {
  await using setting = await openSetting();
  openLedger(join(setting.folder, 'no', 'where'), { run: 'r', plan: 'p', experiment: 'e', driver: 'd', maxFaultMs: 1 });
  expect(await readdir(setting.folder)).toEqual([]);
});
