import { createHash } from 'node:crypto';
import * as z from 'zod';

export const FAULT_SCHEMA = 'steadfast/fault/v1';

const machine = z.strictObject({ host: z.string(), boot: z.string(), pidNamespace: z.string() });

const owner = z.strictObject({ pid: z.int().positive(), startTime: z.string(), machine });

const faultRecord = z.strictObject({
  schema: z.literal(FAULT_SCHEMA),
  run: z.string(),
  plan: z.string(),
  experiment: z.string(),
  driver: z.string(),
  owner,
  /** RFC 3339: past it no run may still want this fault, wherever it runs. */
  unwantedAfter: z.iso.datetime(),
  undo: z.unknown(),
});

/** What is known about a fault that is, or may be, in effect: enough to remove it without the run that made it. */
export type FaultRecord = z.infer<typeof faultRecord>;

/** The process that answers for a fault. */
export type FaultOwner = z.infer<typeof owner>;

export type ReadRecord = { ok: true; record: FaultRecord } | { ok: false; problem: string };

const RECORD_LIMIT_BYTES = 1_000_000;

export function parseFaultRecord(text: string): ReadRecord {
  if (text.length > RECORD_LIMIT_BYTES) return { ok: false, problem: 'is larger than 1MB' };
  try {
    const parsed = faultRecord.safeParse(JSON.parse(text));
    if (parsed.success) return { ok: true, record: parsed.data };
    const issue = parsed.error.issues[0];
    return { ok: false, problem: `is not a fault record: ${issue?.path.join('.') || 'all of it'}: ${issue?.message}` };
  } catch {
    return { ok: false, problem: 'is not JSON' };
  }
}

/** One file for each experiment of each run. `+` cannot occur within either part, so no two pairs share a name. */
export function recordFileName(run: string, experiment: string): string {
  const readable = `${encodeURIComponent(run)}+${encodeURIComponent(experiment)}`;
  if (readable.length <= 180) return `${readable}.json`;
  return `${createHash('sha256').update(readable).digest('hex')}.json`;
}
