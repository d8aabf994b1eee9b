import { createHash, randomBytes } from 'node:crypto';
import { fingerprintOf } from '../engine/block-cache.ts';
import { blockSize, blocksOf } from '../tokens.ts';
import type { CacheEvent } from './decoding.ts';
import type { Defects } from './defects.ts';

export interface PodHoldings {
  blocks: number;
  /** To be compared with what the engine itself says. */
  fingerprint: string;
}

/** Which pods hold which prefix, learned from the pods' events. */
export interface PrefixIndex {
  /** Says how many blocks could not be placed, because their parent is unknown. */
  apply: (pod: string, event: CacheEvent) => number;
  /** Takes a prompt for cached on a pod, without an event. */
  assume: (pod: string, tokens: readonly number[]) => void;
  forget: (pod: string) => void;
  /** How many blocks, from the prompt's beginning, each pod holds; pods that hold none are left out. */
  match: (tokens: readonly number[], pods: ReadonlySet<string>) => Map<string, number>;
  holdings: (pod: string) => PodHoldings;
  prefixes: () => number;
}

type Stored = Extract<CacheEvent, { kind: 'BlockStored' }>;

export function createPrefixIndex(defects: Defects): PrefixIndex {
  const seed = randomBytes(16).toString('hex');
  const podsByPrefix = new Map<string, Set<string>>();
  /** Of each pod: the prefix that ends with a block, by the name that the engine gives the block. */
  const prefixesByBlock = new Map<string, Map<bigint, string>>();

  function blocksOfPod(pod: string): Map<bigint, string> {
    const known = prefixesByBlock.get(pod) ?? new Map<bigint, string>();
    prefixesByBlock.set(pod, known);
    return known;
  }

  function hold(pod: string, prefix: string): void {
    const pods = podsByPrefix.get(prefix) ?? new Set();
    podsByPrefix.set(prefix, pods.add(pod));
  }

  function release(pod: string, prefix: string): void {
    const pods = podsByPrefix.get(prefix);
    pods?.delete(pod);
    if (pods?.size === 0 || defects.removeForAllPods) podsByPrefix.delete(prefix);
  }

  function store(pod: string, event: Stored): number {
    const known = blocksOfPod(pod);
    const before = event.parent === undefined ? seed : known.get(event.parent);
    if (before === undefined) return event.blocks.length;
    let prefix = before;
    for (const [index, tokens] of blocksOf(event.tokens, event.blockSize).entries()) {
      prefix = chain(defects.chainFromEventParent ? before : prefix, tokens);
      const block = event.blocks[index];
      if (block === undefined) break;
      known.set(block, prefix);
      hold(pod, prefix);
    }
    return 0;
  }

  function remove(pod: string, blocks: readonly bigint[]): void {
    const known = blocksOfPod(pod);
    for (const block of blocks) {
      const prefix = known.get(block);
      known.delete(block);
      if (prefix !== undefined) release(pod, prefix);
    }
  }

  function forget(pod: string): void {
    prefixesByBlock.delete(pod);
    for (const [prefix, pods] of podsByPrefix) if (pods.delete(pod) && pods.size === 0) podsByPrefix.delete(prefix);
  }

  return {
    apply: (pod, event) => {
      if (event.kind === 'BlockStored') return store(pod, event);
      if (event.kind === 'BlockRemoved') remove(pod, event.blocks);
      else forget(pod);
      return 0;
    },
    assume: (pod, tokens) => {
      for (const prefix of prefixesOf(seed, tokens)) hold(pod, prefix);
    },
    forget,
    match: (tokens, pods) => matchPrefixes(podsByPrefix, prefixesOf(seed, tokens), pods),
    holdings: (pod) => {
      const blocks = [...(prefixesByBlock.get(pod)?.keys() ?? [])];
      return { blocks: blocks.length, fingerprint: fingerprintOf(blocks) };
    },
    prefixes: () => podsByPrefix.size,
  };
}

function matchPrefixes(
  podsByPrefix: ReadonlyMap<string, ReadonlySet<string>>,
  prefixes: Iterable<string>,
  pods: ReadonlySet<string>,
): Map<string, number> {
  const matches = new Map<string, number>();
  let length = 0;
  for (const prefix of prefixes) {
    const holders = [...(podsByPrefix.get(prefix) ?? [])].filter((pod) => pods.has(pod));
    const unbroken = holders.filter((pod) => (matches.get(pod) ?? 0) === length);
    if (unbroken.length === 0) break;
    length++;
    for (const pod of unbroken) matches.set(pod, length);
  }
  return matches;
}

function* prefixesOf(seed: string, tokens: readonly number[]): Iterable<string> {
  let prefix = seed;
  for (const block of blocksOf(tokens, blockSize)) {
    prefix = chain(prefix, block);
    yield prefix;
  }
}

function chain(before: string, tokens: readonly number[]): string {
  return createHash('sha256').update(before).update(new Uint32Array(tokens)).digest('hex').slice(0, 32);
}
