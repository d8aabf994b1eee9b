import type { Lag, PartitionLag } from './group-book.ts';
import { type GroupLook, keyOf, type Look, type PartitionLook } from './look.ts';

/** How far one group is behind, or why that is not known. */
export interface GroupReading {
  look: GroupLook;
  /** Known for every partition, or else `reason`. */
  lag?: { records: number; maxPartitionRecords: number; seconds?: number };
  reason?: string;
  /** None where nothing at all is known. */
  partitions: PartitionLag[];
  /** Those of its topics that are compacted and in which it lags. */
  compacted: string[];
}

/** Sums up what the partitions of a group's topics came to. */
export function groupReading(
  look: Look,
  group: GroupLook,
  lagOf: (key: string, partition: PartitionLook) => Lag,
): GroupReading {
  const partitions = [...look.partitions.values()]
    .filter(({ topic }) => group.topics.includes(topic))
    .map((at) => ({ at, lag: lagOf(keyOf(at.topic, at.partition), at) }));
  const whole = troubleOfAll(look, group);
  if (whole !== undefined) return { look: group, reason: whole, partitions: [], compacted: [] };
  const unclear = partitions.find(({ lag }) => !lag.known);
  const compacted = lagging(partitions).filter((topic) => look.compacted.has(topic));
  if (unclear) return { look: group, reason: reasonOf(unclear), partitions, compacted };
  return { look: group, lag: sumUp(partitions), partitions, compacted };
}

function troubleOfAll({ topicTroubles }: Look, { group, topics, committed, trouble, state }: GroupLook) {
  const missing = topics.map((topic) => topicTroubles.get(topic)).find((text) => text !== undefined);
  if (trouble !== undefined || missing !== undefined) return missing ?? trouble;
  if (committed.size > 0) return undefined;
  return state ? `group ${group} has committed nothing on these topics` : `group ${group} does not exist`;
}

function lagging(partitions: readonly PartitionLag[]): string[] {
  return [...new Set(partitions.flatMap(({ at, lag }) => (lag.known && lag.records > 0 ? [at.topic] : [])))];
}

function reasonOf({ at, lag }: PartitionLag): string {
  return `${at.topic}-${at.partition}: ${lag.known ? '' : lag.reason}`;
}

function sumUp(partitions: readonly PartitionLag[]): NonNullable<GroupReading['lag']> {
  const lags = partitions.flatMap(({ lag }) => (lag.known ? [lag] : []));
  const sum = {
    records: lags.reduce((total, { records }) => total + records, 0),
    maxPartitionRecords: lags.reduce((most, { records }) => Math.max(most, records), 0),
  };
  if (lags.some(({ seconds }) => seconds === undefined)) return sum;
  return { ...sum, seconds: lags.reduce((most, { seconds }) => Math.max(most, seconds ?? 0), 0) };
}
