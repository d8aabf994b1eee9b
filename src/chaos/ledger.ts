import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultLedger } from './contract.ts';
import { removeDurably, writeDurably } from './lib/durable-file.ts';
import { thisOwner } from './lib/fault-owner.ts';
import { FAULT_SCHEMA, type FaultRecord, recordFileName } from './lib/fault-record.ts';

/** Whose fault it is. */
export interface LedgerEntry {
  run: string;
  plan: string;
  experiment: string;
  driver: string;
  /** The longest that the run itself lets the fault live. */
  maxFaultMs: number;
}

/** Time for the run to notice its own limit, remove the fault and try again, before anybody else may take over. */
const GRACE_MS = 10 * 60_000;

/** A ledger in a folder: one file for this experiment, written when the fault is about to begin, removed when it is gone. */
export function openLedger(folder: string, entry: LedgerEntry): FaultLedger {
  const path = join(folder, recordFileName(entry.run, entry.experiment));
  let written = false;
  return {
    async record(undo) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeDurably(path, `${JSON.stringify(toRecord(entry, undo), null, 2)}\n`);
      written = true;
    },
    async clear() {
      if (written) await removeDurably(path);
      written = false;
    },
  };
}

function toRecord(entry: LedgerEntry, undo: unknown): FaultRecord {
  const { run, plan, experiment, driver, maxFaultMs } = entry;
  const unwantedAfter = new Date(Date.now() + maxFaultMs + GRACE_MS).toISOString();
  return { schema: FAULT_SCHEMA, run, plan, experiment, driver, owner: thisOwner(), unwantedAfter, undo };
}
