import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeDurably } from './lib/durable-file.ts';
import { isOrphan, stateOfOwner, thisOwner } from './lib/fault-owner.ts';
import { type FaultOwner, type FaultRecord, parseFaultRecord } from './lib/fault-record.ts';

/** A record on disk and the file that holds it. */
export interface StoredFault {
  file: string;
  record: FaultRecord;
}

/** A file among the records that says nothing usable: a fault may hide behind it. */
export interface DamagedRecord {
  file: string;
  problem: string;
}

export interface StoredFaults {
  /** The owner is certainly gone. */
  orphans: StoredFault[];
  /** The owner lives, cannot be seen from here and may live, or another sweep is at work on it. */
  owned: StoredFault[];
  damaged: DamagedRecord[];
}

/** Sorts all that is recorded. A missing folder holds nothing. */
export async function listFaults(folder: string): Promise<StoredFaults> {
  const found: StoredFaults = { orphans: [], owned: [], damaged: [] };
  for (const name of await recordNames(folder)) await sortIn(found, join(folder, name));
  return found;
}

async function recordNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => RECORD_NAME.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function sortIn(found: StoredFaults, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string') {
    if (text.code !== 'ENOENT') found.damaged.push({ file, problem: `cannot be read: ${text.code}` });
    return;
  }
  const parsed = parseFaultRecord(text);
  if (!parsed.ok) found.damaged.push({ file, problem: parsed.problem });
  else if (isOrphan(parsed.record, Date.now()) && !(await isClaimed(file, parsed.record)))
    found.orphans.push({ file, record: parsed.record });
  else found.owned.push({ file, record: parsed.record });
}

/** `<run>+<experiment>.json`, and with the claim of a sweep behind it. */
const RECORD_NAME = /\.json(\.claim-\d+-\d+)?$/;
const CLAIM = /\.claim-(\d+)-(\d+)$/;

/** A sweep bounds its work on one record well below this. */
const CLAIM_LIMIT_MS = 5 * 60_000;

/** A claim holds while its sweep runs here; one that was made elsewhere is not seen, and holds for a while. */
async function isClaimed(file: string, record: FaultRecord): Promise<boolean> {
  const claim = CLAIM.exec(file);
  if (!claim) return false;
  const claimant: FaultOwner = { pid: Number(claim[1]), startTime: claim[2]!, machine: thisOwner().machine };
  if (stateOfOwner(claimant) === 'running') return true;
  if (stateOfOwner(record.owner) === 'gone') return false;
  const changed = await stat(file).catch(() => undefined);
  return changed === undefined || Date.now() - changed.ctimeMs < CLAIM_LIMIT_MS;
}

/**
 * Takes a record for this process alone: of several that try at once, one wins, since a name can be renamed only once. False: somebody
 * else has it. A claim whose sweep died is taken over in the same way.
 */
export async function claim(fault: StoredFault): Promise<StoredFault | undefined> {
  const { pid, startTime } = thisOwner();
  const file = `${withoutClaim(fault.file)}.claim-${pid}-${startTime}`;
  try {
    await rename(fault.file, file);
    return { file, record: fault.record };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Gives a claimed record back to the next sweep, and says where it lies. */
export async function release(fault: StoredFault): Promise<string> {
  const file = withoutClaim(fault.file);
  await rename(fault.file, file);
  return file;
}

/** Forgets a record whose fault is certainly gone. */
export async function forget(fault: StoredFault): Promise<void> {
  await removeDurably(fault.file);
}

function withoutClaim(file: string): string {
  return file.replace(CLAIM, '');
}
