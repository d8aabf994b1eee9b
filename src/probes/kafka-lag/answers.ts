/** What brokers answer, as far as it is used. The client's own types differ from version to version of a request. */
export interface Answers {
  Metadata: { brokers: Broker[]; topics: { name: string | null; errorCode: number; partitions: PartitionLayout[] }[] };
  FindCoordinator: { coordinators: (Broker & { key: string; errorCode: number })[] };
  OffsetFetch: { groups: { groupId: string; errorCode: number; topics: CommittedTopic[] }[] };
  ListOffsets: {
    topics: { name: string; partitions: { partitionIndex: number; errorCode: number; offset: bigint }[] }[];
  };
  DescribeGroups: { groups: DescribedGroup[] };
  ConsumerGroupDescribe: { groups: (DescribedGroup & { groupEpoch: number })[] };
  DescribeConfigs: { results: { resourceName: string; configs: { name: string; value: string | null }[] }[] };
}

export interface Address {
  host: string;
  port: number;
}

interface Broker extends Address {
  nodeId: number;
}

interface PartitionLayout {
  errorCode: number;
  partitionIndex: number;
  leaderId: number;
  leaderEpoch: number;
}

interface CommittedTopic {
  name: string;
  partitions: { partitionIndex: number; committedOffset: bigint; errorCode: number }[];
}

export interface DescribedGroup {
  errorCode: number;
  groupId: string;
  groupState: string;
  members: { memberId: string }[];
}
