import { createHash } from 'node:crypto';
import type { BlockHash } from './kv-events.ts';

/** A stored block; a chain of them is a prefix. */
export interface Block {
  hash: BlockHash;
  parent: Block | undefined;
  children: number;
}

/** Blocks by the tokens from the beginning of the prompt up to them. */
export class BlockTree {
  readonly #salt: Buffer;
  /** By name, the one used longest ago first. */
  readonly #blocks = new Map<string, Block>();

  /** The salt makes the same tokens have other names in another tree. */
  constructor(salt: Buffer) {
    this.#salt = salt;
  }

  get size(): number {
    return this.#blocks.size;
  }

  hashes(): BlockHash[] {
    return [...this.#blocks.values()].map(({ hash }) => hash);
  }

  has({ hash }: Block): boolean {
    return this.#blocks.has(keyOf(hash));
  }

  /** The last block of the longest stored prefix, and how many blocks it has. */
  find(contents: readonly (readonly number[])[]): { last: Block | undefined; found: number } {
    let last: Block | undefined;
    let found = 0;
    for (const tokens of contents) {
      const next = this.#blocks.get(keyOf(this.#nameOf(last, tokens)));
      if (next === undefined) break;
      last = next;
      found++;
    }
    return { last, found };
  }

  append(parent: Block | undefined, tokens: readonly number[]): Block {
    const block = { hash: this.#nameOf(parent, tokens), parent, children: 0 };
    if (parent !== undefined) parent.children++;
    this.#blocks.set(keyOf(block.hash), block);
    return block;
  }

  /** Marks a chain as used just now. The deepest block becomes the older one, so that a chain is forgotten from its end. */
  touch(last: Block | undefined): void {
    for (let block = last; block !== undefined; block = block.parent) {
      this.#blocks.delete(keyOf(block.hash));
      this.#blocks.set(keyOf(block.hash), block);
    }
  }

  /** Removes the ends of chains that were used longest ago until no more than `capacity` blocks are left. */
  shrinkTo(capacity: number, keep: Block | undefined): Block[] {
    const removed: Block[] = [];
    while (this.#blocks.size > capacity) {
      const oldest = this.#oldestEnd(keep);
      if (oldest === undefined) break;
      this.#blocks.delete(keyOf(oldest.hash));
      if (oldest.parent !== undefined) oldest.parent.children--;
      removed.push(oldest);
    }
    return removed;
  }

  clear(): void {
    this.#blocks.clear();
  }

  #oldestEnd(keep: Block | undefined): Block | undefined {
    for (const block of this.#blocks.values()) if (block.children === 0 && block !== keep) return block;
    return undefined;
  }

  #nameOf(parent: Block | undefined, tokens: readonly number[]): BlockHash {
    return createHash('sha256')
      .update(parent?.hash ?? this.#salt)
      .update(new Uint32Array(tokens))
      .digest();
  }
}

function keyOf(hash: BlockHash): string {
  return hash.toString('latin1');
}
