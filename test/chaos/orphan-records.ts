import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { thisOwner } from '../../src/chaos/lib/fault-owner.ts';
import { FAULT_SCHEMA, type FaultOwner, type FaultRecord, recordFileName } from '../../src/chaos/lib/fault-record.ts';
import type { Machine } from '../../src/chaos/lib/machine.ts';

/** An owner whose process is certainly gone, unless the machine says otherwise. */
export function deadOwner(machine: Partial<Machine> = {}): FaultOwner {
  return { pid: 4_194_000, startTime: '1', machine: { ...thisOwner().machine, ...machine } };
}

/** Puts a record where a run would have left it, and returns its file. */
export async function writeRecord(folder: string, over: Partial<FaultRecord> = {}): Promise<string> {
  const record: FaultRecord = {
    schema: FAULT_SCHEMA,
    run: 'run-1',
    plan: 'a-plan',
    experiment: 'breaks',
    driver: 'fake',
    owner: thisOwner(),
    unwantedAfter: '2100-01-01T00:00:00Z',
    undo: { what: 'it' },
    ...over,
  };
  await mkdir(folder, { recursive: true });
  const file = join(folder, recordFileName(record.run, record.experiment));
  await writeFile(file, JSON.stringify(record));
  return file;
}
