import { decode } from '@msgpack/msgpack';

export type CacheEvent =
  | { kind: 'BlockStored'; blocks: bigint[]; parent: bigint | undefined; tokens: number[]; blockSize: number }
  | { kind: 'BlockRemoved'; blocks: bigint[] }
  | { kind: 'AllBlocksCleared' };

export interface DecodingRules {
  arrayEventsOnly: boolean;
}

/** The events of a batch, in order; those of unknown kinds are left out. Throws on what cannot be read. */
export function decodeBatch(payload: Uint8Array, rules: DecodingRules): CacheEvent[] {
  const batch = decode(payload, { useBigInt64: true });
  if (!Array.isArray(batch) || batch.length < 2 || !Array.isArray(batch[1])) throw new Error('the payload is no batch');
  return batch[1].flatMap((event) => {
    const fields = Array.isArray(event) ? fieldsOfArray(event) : fieldsOfMap(event, rules);
    const read = readers[String(fields.tag)];
    return read === undefined ? [] : [read(fields)];
  });
}

interface Fields {
  tag: unknown;
  hashes: unknown;
  parent: unknown;
  tokens: unknown;
  blockSize: unknown;
}

function fieldsOfArray([tag, hashes, parent, tokens, blockSize]: unknown[]): Fields {
  return { tag, hashes, parent, tokens, blockSize };
}

function fieldsOfMap(event: unknown, { arrayEventsOnly }: DecodingRules): Fields {
  if (arrayEventsOnly) throw new Error('the event is no array');
  if (typeof event !== 'object' || event === null) throw new Error('the event is neither an array nor a map');
  const { type, block_hashes, parent_block_hash, token_ids, block_size } = event as Record<string, unknown>;
  return { tag: type, hashes: block_hashes, parent: parent_block_hash, tokens: token_ids, blockSize: block_size };
}

const readers: Record<string, (fields: Fields) => CacheEvent> = {
  BlockStored: ({ hashes, parent, tokens, blockSize }) => ({
    kind: 'BlockStored',
    blocks: listOf(hashes).map(blockName),
    parent: parent == null ? undefined : blockName(parent),
    tokens: listOf(tokens).map(Number),
    blockSize: Number(blockSize),
  }),
  BlockRemoved: ({ hashes }) => ({ kind: 'BlockRemoved', blocks: listOf(hashes).map(blockName) }),
  AllBlocksCleared: () => ({ kind: 'AllBlocksCleared' }),
};

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error('a list is missing');
  return value;
}

/** Names are unsigned 64-bit integers, or 32 bytes whose last eight are that integer. */
function blockName(value: unknown): bigint {
  if (typeof value === 'bigint') return BigInt.asUintN(64, value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt.asUintN(64, BigInt(value));
  if (value instanceof Uint8Array && value.length >= 8) return Buffer.from(value).readBigUInt64BE(value.length - 8);
  throw new Error('a block has no name');
}
