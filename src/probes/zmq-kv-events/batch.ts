import { decodeMsgpack } from '../lib/msgpack.ts';

/** What one published batch says, in whichever form its engine's version writes it. */
export interface Batch {
  /** The engine's clock when it made the batch, in ms since 1970. */
  stampMs: number;
  events: number;
  stored: number;
  removed: number;
}

export type DecodedBatch = { ok: true; batch: Batch } | { ok: false; problem: string };

/** Reads a payload: a list or a map outside, lists or maps inside, items that later versions add or leave out. */
export function decodeBatch(payload: Uint8Array): DecodedBatch {
  const decoded = decodeMsgpack(payload);
  if (!decoded.ok) return decoded;
  const { ts, events } = partsOf(decoded.value);
  const stamp = numberOf(ts);
  if (stamp === undefined || !Array.isArray(events))
    return { ok: false, problem: 'the payload is not a batch of events' };
  const batch: Batch = { stampMs: stamp * 1000, events: events.length, stored: 0, removed: 0 };
  for (const event of events)
    if (!countBlocks(event, batch)) return { ok: false, problem: 'an event of the batch is malformed' };
  return { ok: true, batch };
}

function partsOf(value: unknown): { ts?: unknown; events?: unknown } {
  if (Array.isArray(value)) return { ts: value[0], events: value[1] };
  if (!isMap(value)) return {};
  return { ts: value['ts'], events: value['events'] };
}

/** Tags that are not known say nothing about blocks and are no error: newer engines add some. */
function countBlocks(event: unknown, batch: Batch): boolean {
  const [tag, hashes] = Array.isArray(event) ? event : isMap(event) ? [event['type'], event['block_hashes']] : [];
  if (typeof tag !== 'string') return false;
  if (tag !== 'BlockStored' && tag !== 'BlockRemoved') return true;
  if (!Array.isArray(hashes) || !hashes.every(isBlockHash)) return false;
  if (tag === 'BlockStored') batch.stored += hashes.length;
  else batch.removed += hashes.length;
  return true;
}

/** An integer of any size, or raw bytes. */
function isBlockHash(hash: unknown): boolean {
  return typeof hash === 'bigint' || hash instanceof Uint8Array || Number.isInteger(hash);
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}
