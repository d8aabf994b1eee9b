import type { Admin } from '@platformatic/kafka';
import type { Config } from './config.ts';

/** What the brokers say about one partition. `committed` is absent where the group has committed nothing. */
export interface PartitionOffsets {
  topic: string;
  partition: number;
  committed?: number;
  /** The first offset that is still kept; read where the next record to consume may be gone. */
  start?: number;
  end: number;
}

/** All partitions of the topics, and whether the brokers know the group (asked only where it has committed nothing). */
export interface Snapshot {
  partitions: PartitionOffsets[];
  groupExists: boolean;
}

const LATEST = -1n;
const EARLIEST = -2n;
const MAX_PARTITIONS = 1000;

/** More partitions than this probe is made for. */
export class TooManyPartitions extends Error {
  constructor(count: number) {
    super(`${count} partitions, at most ${MAX_PARTITIONS} are watched`);
  }
}

/**
 * Committed offsets are read before end offsets: the other way round a fast consumer would seem to be ahead of the end, and the lag
 * too small.
 */
export async function readSnapshot(admin: Admin, { group, topics }: Config): Promise<Snapshot> {
  const partitionsOf = await readPartitions(admin, topics);
  const committed = await readCommitted(admin, group, topics);
  const ends = await readOffsets(admin, partitionsOf, LATEST);
  const groupExists = committed.size > 0 || (await admin.listGroups()).has(group);
  const partitions = [...partitionsOf].flatMap(([topic, numbers]) =>
    numbers.map((partition) => toOffsets(topic, partition, committed, ends)),
  );
  await addStarts(admin, partitions.filter(mayBeGone));
  return { partitions, groupExists };
}

type Partitions = Map<string, number[]>;

async function readPartitions(admin: Admin, topics: string[]): Promise<Partitions> {
  const metadata = await admin.metadata({ topics: [...topics], metadataMaxAge: 10_000 });
  const counts = topics.map((topic) => metadata.topics.get(topic)?.partitionsCount ?? 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total > MAX_PARTITIONS) throw new TooManyPartitions(total);
  return new Map(topics.map((topic, index) => [topic, Array.from({ length: counts[index] ?? 0 }, (_, i) => i)]));
}

async function readCommitted(admin: Admin, group: string, topics: string[]): Promise<Map<string, number>> {
  const [answer] = await admin.listConsumerGroupOffsets({ groups: [group] });
  const committed = new Map<string, number>();
  for (const { name, partitions } of answer?.topics ?? [])
    for (const { partitionIndex, committedOffset } of topics.includes(name) ? partitions : [])
      if (committedOffset >= 0n) committed.set(keyOf(name, partitionIndex), Number(committedOffset));
  return committed;
}

async function readOffsets(admin: Admin, wanted: Partitions, timestamp: bigint): Promise<Map<string, number>> {
  const topics = [...wanted].map(([name, partitions]) => ({
    name,
    partitions: partitions.map((partitionIndex) => ({ partitionIndex, timestamp })),
  }));
  const offsets = new Map<string, number>();
  for (const { name, partitions } of await admin.listOffsets({ topics }))
    for (const { partitionIndex, offset } of partitions) offsets.set(keyOf(name, partitionIndex), Number(offset));
  return offsets;
}

function mayBeGone({ committed, end }: PartitionOffsets): boolean {
  return committed === undefined ? end > 0 : committed < end;
}

async function addStarts(admin: Admin, partitions: PartitionOffsets[]): Promise<void> {
  if (partitions.length === 0) return;
  const wanted: Partitions = new Map();
  for (const { topic, partition } of partitions) wanted.set(topic, [...(wanted.get(topic) ?? []), partition]);
  const starts = await readOffsets(admin, wanted, EARLIEST);
  for (const each of partitions) {
    const start = starts.get(keyOf(each.topic, each.partition));
    if (start !== undefined) each.start = start;
  }
}

/** Slashes do not occur in names of topics. */
export function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function toOffsets(
  topic: string,
  partition: number,
  committed: ReadonlyMap<string, number>,
  ends: ReadonlyMap<string, number>,
): PartitionOffsets {
  const key = keyOf(topic, partition);
  const [commit, end] = [committed.get(key), ends.get(key)];
  if (end === undefined) throw new Error('the brokers left a partition out of their answer');
  return { topic, partition, end, ...(commit !== undefined && { committed: commit }) };
}
