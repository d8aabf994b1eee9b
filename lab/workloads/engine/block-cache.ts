import { randomBytes } from 'node:crypto';
import { blockSize, blocksOf } from '../tokens.ts';
import { type Block, BlockTree } from './block-tree.ts';
import { type KvEvent, lowBits } from './kv-events.ts';

const mostBlocksOfAPrompt = 6;

/** The prefix cache of an engine, which forgets what was used longest ago when it is full. */
export interface BlockCache {
  /** Events of the next scheduler step of a prompt that nobody asked for. */
  step: () => KvEvent[];
  /** Serves a prompt: what of it was cached already, and the events of what was not. */
  serve: (tokens: readonly number[]) => { cachedTokens: number; events: KvEvent[] };
  clear: () => KvEvent[];
  /** Events that no engine sends: a block whose parent nobody stored, and the removal of an unknown block. */
  contradict: () => KvEvent[];
  size: () => number;
  /** The same for two caches that hold the same blocks: the names' low 64 bits, joined by exclusive or. */
  fingerprint: () => string;
}

export function createBlockCache(capacity: number): BlockCache {
  const tree = new BlockTree(randomBytes(32));
  let growing: { last: Block | undefined; missing: number } = { last: undefined, missing: 0 };
  let nextToken = 1;
  const takeTokens = () => Array.from({ length: blockSize }, () => nextToken++ % 128_000);

  function store(parent: Block | undefined, contents: readonly number[][]): { last: Block; events: KvEvent[] } {
    const blocks: Block[] = [];
    for (const tokens of contents) blocks.push(tree.append(blocks.at(-1) ?? parent, tokens));
    const last = blocks.at(-1)!;
    const stored: KvEvent = {
      kind: 'stored',
      hashes: blocks.map(({ hash }) => hash),
      parent: parent?.hash ?? null,
      tokens: contents.flat(),
      blockSize,
    };
    tree.touch(last);
    const removed = tree.shrinkTo(capacity, last).map(({ hash }): KvEvent => ({ kind: 'removed', hashes: [hash] }));
    return { last, events: [stored, ...removed] };
  }

  function mayGrow(): boolean {
    return growing.missing > 0 && growing.last !== undefined && tree.has(growing.last);
  }

  return {
    size: () => tree.size,
    fingerprint: () => fingerprintOf(tree.hashes().map(lowBits)),
    step: () => {
      if (!mayGrow()) growing = { last: undefined, missing: 1 + (nextToken % mostBlocksOfAPrompt) };
      const { last, events } = store(growing.last, [takeTokens()]);
      growing = { last, missing: growing.missing - 1 };
      return events;
    },
    serve: (tokens) => {
      const contents = blocksOf(tokens);
      const { last, found } = tree.find(contents);
      const missing = contents.slice(found);
      if (missing.length === 0) tree.touch(last);
      const events = missing.length === 0 ? [] : store(last, missing).events;
      return { cachedTokens: found * blockSize, events };
    },
    clear: () => {
      tree.clear();
      return [{ kind: 'cleared' }];
    },
    contradict: () => [
      { kind: 'stored', hashes: [randomBytes(32)], parent: randomBytes(32), tokens: takeTokens(), blockSize },
      { kind: 'removed', hashes: [randomBytes(32)] },
    ],
  };
}

/** The same for two sets of the same block names, in whatever order. */
export function fingerprintOf(names: readonly bigint[]): string {
  return names.reduce((all, name) => all ^ name, 0n).toString(16);
}
