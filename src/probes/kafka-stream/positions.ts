import type { Offset } from '../../slo/model/entry.ts';

/** Where one partition is read. */
export interface Position {
  topic: string;
  topicId: string;
  partition: number;
  /** The broker that has it; less than 0 where none has. */
  leader: number;
  next: bigint;
  /** How many records lay beyond at the last look, those included that are not committed. */
  behind: number;
  /** Whatever was written before this moment has been read. */
  knownTo?: Offset;
  /** Why it cannot be read at the moment. */
  trouble?: string;
}

/** A moment from which on the stream is known again, and why it was not before. */
export interface Break {
  at: Offset;
  reason?: string;
}

/** All partitions of the topics, and how far they are known together. */
export class Positions {
  readonly #all = new Map<string, Position>();
  #break: Break | undefined;
  #brokenAt: Offset | undefined;

  /** The last such moment, whether or not it was taken. */
  get brokenAt(): Offset | undefined {
    return this.#brokenAt;
  }

  get all(): Position[] {
    return [...this.#all.values()];
  }

  /** Whatever was written before this moment, anywhere, has been read; absent where a partition was not read yet. */
  get knownTo(): Offset | undefined {
    let least = Number.POSITIVE_INFINITY;
    for (const { knownTo } of this.#all.values()) least = Math.min(least, knownTo ?? Number.NEGATIVE_INFINITY);
    return Number.isFinite(least) ? least : undefined;
  }

  get behind(): number {
    return this.all.reduce((sum, { behind }) => sum + behind, 0);
  }

  /** One line for all that is wrong: by name where it is not everywhere the same. */
  get trouble(): string | undefined {
    const all = this.all;
    const first = all.find(({ trouble }) => trouble !== undefined);
    if (!first) return undefined;
    const everywhere = all.every(({ trouble }) => trouble === first.trouble);
    return everywhere ? first.trouble : `${first.topic}-${first.partition}: ${first.trouble}`;
  }

  get(topic: string, partition: number): Position | undefined {
    return this.#all.get(nameOf(topic, partition));
  }

  at(leader: number): Position[] {
    return this.all.filter((position) => position.leader === leader);
  }

  of(topic: string): Position[] {
    return this.all.filter((position) => position.topic === topic);
  }

  put(position: Position): void {
    this.#all.set(nameOf(position.topic, position.partition), position);
  }

  remove({ topic, partition }: Position): void {
    this.#all.delete(nameOf(topic, partition));
  }

  /** What was written between the last reading and this moment may never have been seen. */
  breakAt(at: Offset, reason?: string): void {
    this.#brokenAt = at;
    const why = this.#break?.reason ?? reason;
    this.#break = { at, ...(why !== undefined && { reason: why }) };
  }

  takeBreak(): Break | undefined {
    const taken = this.#break;
    this.#break = undefined;
    return taken;
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
