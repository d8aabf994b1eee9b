import { createHash, randomBytes } from 'node:crypto';
import type { BlockHash, KvEvent } from './kv-events.ts';

const blockSize = 16;
const mostBlocksOfAPrompt = 6;

interface Prompt {
  blocks: BlockHash[];
  wanted: number;
}

/** The prefix cache of an engine that serves one prompt after another and forgets the oldest when it is full. */
export interface BlockCache {
  /** Events of the next scheduler step. */
  step: () => KvEvent[];
  clear: () => KvEvent[];
  /** Events that no engine sends: a block whose parent nobody stored, and the removal of an unknown block. */
  contradict: () => KvEvent[];
  size: () => number;
}

export function createBlockCache(capacity: number): BlockCache {
  const salt = randomBytes(32);
  let prompts: Prompt[] = [];
  let nextToken = 1;
  const size = () => prompts.reduce((sum, prompt) => sum + prompt.blocks.length, 0);

  function storeBlock(prompt: Prompt): KvEvent {
    const parent = prompt.blocks.at(-1) ?? null;
    const stored = storedBlock(parent, salt, takeTokens());
    prompt.blocks.push(stored.hash);
    return stored.event;
  }

  function takeTokens(): number[] {
    return Array.from({ length: blockSize }, () => nextToken++ % 128_000);
  }

  function evict(): KvEvent[] {
    const removed: KvEvent[] = [];
    while (size() > capacity && prompts.length > 1) {
      const oldest = prompts.shift()!;
      for (const hash of oldest.blocks.reverse()) removed.push({ kind: 'removed', hashes: [hash] });
    }
    return removed;
  }

  return {
    size,
    step: () => {
      let prompt = prompts.at(-1);
      if (prompt === undefined || prompt.blocks.length >= prompt.wanted) {
        prompt = { blocks: [], wanted: 1 + (nextToken % mostBlocksOfAPrompt) };
        prompts.push(prompt);
      }
      return [storeBlock(prompt), ...evict()];
    },
    clear: () => {
      prompts = [];
      return [{ kind: 'cleared' }];
    },
    contradict: () => {
      const unknown = randomBytes(32);
      return [storedBlock(unknown, salt, takeTokens()).event, { kind: 'removed', hashes: [randomBytes(32)] }];
    },
  };
}

function storedBlock(parent: BlockHash | null, salt: Buffer, tokens: number[]): { hash: BlockHash; event: KvEvent } {
  const digest = createHash('sha256');
  digest.update(parent ?? salt);
  digest.update(new Uint32Array(tokens));
  const hash = digest.digest();
  return { hash, event: { kind: 'stored', hashes: [hash], parent, tokens, blockSize } };
}
