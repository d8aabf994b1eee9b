import { encode } from '@msgpack/msgpack';

/** A block's name: the 32 bytes of a digest over its tokens and its parent's name. */
export type BlockHash = Buffer;

export type KvEvent =
  | {
      kind: 'stored';
      hashes: readonly BlockHash[];
      parent: BlockHash | null;
      tokens: readonly number[];
      blockSize: number;
    }
  | { kind: 'removed'; hashes: readonly BlockHash[] }
  | { kind: 'cleared' };

export interface KvBatch {
  timestampSeconds: number;
  events: readonly KvEvent[];
  rank: number;
}

export interface BatchFormat {
  /** Events are arrays up to 0.23, maps from 0.24 on; the batch around them is an array in both. */
  events: 'array' | 'map';
  /** The low 64 bits as an unsigned integer, or all 32 bytes. */
  hashes: 'int' | 'bytes';
}

export function encodeBatch(batch: KvBatch, format: BatchFormat): Uint8Array {
  const events = batch.events.map((event) => (format.events === 'map' ? asMap(event, format) : asArray(event, format)));
  return encode([batch.timestampSeconds, events, batch.rank], { useBigInt64: true });
}

const medium = 'GPU';

function asArray(event: KvEvent, format: BatchFormat): unknown[] {
  const name = nameOf(format);
  if (event.kind === 'cleared') return ['AllBlocksCleared'];
  if (event.kind === 'removed') return ['BlockRemoved', event.hashes.map(name), medium];
  const { hashes, parent, tokens, blockSize } = event;
  return ['BlockStored', hashes.map(name), parent && name(parent), tokens, blockSize, null, medium, null];
}

function asMap(event: KvEvent, format: BatchFormat): Record<string, unknown> {
  const name = nameOf(format);
  if (event.kind === 'cleared') return { type: 'AllBlocksCleared' };
  if (event.kind === 'removed') return { type: 'BlockRemoved', block_hashes: event.hashes.map(name), medium };
  const { hashes, parent, tokens, blockSize } = event;
  return {
    type: 'BlockStored',
    block_hashes: hashes.map(name),
    parent_block_hash: parent && name(parent),
    token_ids: tokens,
    block_size: blockSize,
    lora_id: null,
    medium,
    lora_name: null,
  };
}

function nameOf(format: BatchFormat): (hash: BlockHash) => bigint | Buffer {
  return format.hashes === 'bytes' ? (hash) => hash : lowBits;
}

/** A block's name where names are numbers. */
export function lowBits(hash: BlockHash): bigint {
  return hash.readBigUInt64BE(hash.length - 8);
}

/** The frame that carries a batch's sequence number. */
export function sequenceFrame(sequence: number): Buffer {
  const frame = Buffer.alloc(8);
  frame.writeBigUInt64BE(BigInt(sequence));
  return frame;
}
