import { type GroupLook, type GroupState, keyOf, type Look } from '../../../src/probes/kafka-lag/look.ts';

/** What is known of a partition that one group reads. */
export interface PartitionOffsets {
  topic: string;
  partition: number;
  end: number;
  committed?: number;
  start?: number;
}

/** What a look brings of these partitions, and of the one group that reads them. */
export function lookAt(...partitions: PartitionOffsets[]): Look {
  return lookOf(partitions, groupOf('g', partitions));
}

export function lookOf(partitions: PartitionOffsets[], ...groups: GroupLook[]): Look {
  return {
    partitions: new Map(partitions.map(({ committed: _, ...at }) => [keyOf(at.topic, at.partition), at])),
    topicTroubles: new Map(),
    groups,
    compacted: new Set(),
  };
}

export function groupOf(group: string, partitions: PartitionOffsets[], state: Partial<GroupState> = {}): GroupLook {
  const committed = partitions.flatMap(({ topic, partition, committed: offset }) =>
    offset === undefined ? [] : [[keyOf(topic, partition), offset] as const],
  );
  return {
    group,
    topics: [...new Set(partitions.map(({ topic }) => topic))],
    committed: new Map(committed),
    state: { type: 'classic', name: 'Stable', members: ['one'], ...state },
  };
}
