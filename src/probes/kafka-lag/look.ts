/** What one look at the brokers brought. */
export interface Look {
  /** By `keyOf`; the partitions of every topic that exists. */
  partitions: ReadonlyMap<string, PartitionLook>;
  /** Why nothing is known of a topic. */
  topicTroubles: ReadonlyMap<string, string>;
  groups: readonly GroupLook[];
  /** Topics that keep only the newest record of a key, as far as the brokers say. */
  compacted: ReadonlySet<string>;
}

/** One partition. `start` is read only where a group's next record may be gone. */
export interface PartitionLook {
  topic: string;
  partition: number;
  end?: number;
  start?: number;
  trouble?: string;
}

/** One group: what it has committed, or why that is not known, and how it is. */
export interface GroupLook {
  group: string;
  topics: readonly string[];
  committed: ReadonlyMap<string, number>;
  trouble?: string;
  /** Absent where the brokers do not know the group, or do not say. */
  state?: GroupState;
}

export interface GroupState {
  type: 'classic' | 'consumer';
  /** In Kafka's words: Stable, Empty, PreparingRebalance, Assigning, ... */
  name: string;
  members: readonly string[];
  /** Of a group of type `consumer`: counts its rebalances. */
  epoch?: number;
}

/** Slashes do not occur in names of topics. */
export function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** The least that any group has committed of each partition. */
export function lowestCommits(groups: readonly GroupLook[]): Map<string, number> {
  const lowest = new Map<string, number>();
  for (const { committed } of groups)
    for (const [key, offset] of committed) lowest.set(key, Math.min(offset, lowest.get(key) ?? offset));
  return lowest;
}
