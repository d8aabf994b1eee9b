import { describeTrouble } from '../lib/kafka/trouble.ts';
import type { Address, Answers } from './answers.ts';
import { keyOf, type PartitionLook } from './look.ts';
import type { Requests } from './requests.ts';

const MAX_PARTITIONS = 5000;
const ANY_REPLICA = -1;
/** Open transactions count as written, as they do for the consumer's own lag. */
const READ_UNCOMMITTED = 0;
const TOPIC_RESOURCE = 2;
const WITHOUT_LEADER = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
]);

/** Which end of a partition is asked for. */
export const LATEST = -1n;
export const EARLIEST = -2n;

/** Where the partitions of the topics are led. */
export interface Layout {
  leaders: Map<string, { at: Address; epoch: number }>;
  partitions: Map<string, PartitionLook>;
  topicTroubles: Map<string, string>;
}

/** More partitions than this probe is made for. */
export class TooManyPartitions extends Error {
  constructor(count: number) {
    super(`${count} partitions, at most ${MAX_PARTITIONS} are watched`);
  }
}

export async function readLayout(requests: Requests, topics: readonly string[]): Promise<Layout> {
  const answer = await requests.sendToAny('Metadata', [...topics], false, false);
  requests.learnBrokers(answer.brokers);
  const layout: Layout = { leaders: new Map(), partitions: new Map(), topicTroubles: new Map() };
  const count = answer.topics.reduce((sum, { partitions }) => sum + partitions.length, 0);
  if (count > MAX_PARTITIONS) throw new TooManyPartitions(count);
  const brokers = new Map(answer.brokers.map((broker) => [broker.nodeId, broker]));
  for (const topic of answer.topics) addTopic(requests, layout, topic, brokers);
  return layout;
}

type TopicLayout = Answers['Metadata']['topics'][number];

function addTopic(requests: Requests, layout: Layout, topic: TopicLayout, brokers: Map<number, Address>): void {
  const name = topic.name ?? '';
  const code = requests.codeName(topic.errorCode);
  if (code === 'UNKNOWN_TOPIC_OR_PARTITION') layout.topicTroubles.set(name, `topic ${name} does not exist`);
  else if (topic.errorCode !== 0 && topic.partitions.length === 0)
    layout.topicTroubles.set(name, `${name}: ${describeTrouble({ apiId: code })}`);
  for (const { partitionIndex, leaderId, leaderEpoch } of topic.partitions.toSorted(byIndex)) {
    const at = brokers.get(leaderId);
    const key = keyOf(name, partitionIndex);
    const look: PartitionLook = { topic: name, partition: partitionIndex };
    layout.partitions.set(key, at ? look : { ...look, trouble: 'it has no leader at the moment' });
    if (at) layout.leaders.set(key, { at, epoch: leaderEpoch });
  }
}

function byIndex(one: { partitionIndex: number }, other: { partitionIndex: number }): number {
  return one.partitionIndex - other.partitionIndex;
}

/** Adds an end of each of these partitions, with one request to each broker that leads some. */
export async function addOffsets(requests: Requests, layout: Layout, keys: readonly string[], which: bigint) {
  const byLeader = Map.groupBy(
    keys.filter((key) => layout.leaders.has(key)),
    (key) => JSON.stringify(layout.leaders.get(key)!.at),
  );
  await Promise.all(
    [...byLeader.values()].map(async (led) => {
      const at = layout.leaders.get(led[0]!)!.at;
      try {
        const answer = await requests.send(
          at,
          'ListOffsets',
          ANY_REPLICA,
          READ_UNCOMMITTED,
          toTopics(layout, led, which),
        );
        takeOffsets(requests, layout, answer, which);
      } catch (error) {
        const trouble = describeTrouble(error);
        for (const key of led) layout.partitions.get(key)!.trouble ??= trouble;
      }
    }),
  );
}

function toTopics(layout: Layout, keys: readonly string[], timestamp: bigint) {
  const looks = keys.map((key) => layout.partitions.get(key)!);
  return [...Map.groupBy(looks, ({ topic }) => topic)].map(([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition }) => ({
      partitionIndex: partition,
      currentLeaderEpoch: layout.leaders.get(keyOf(name, partition))!.epoch,
      timestamp,
    })),
  }));
}

function takeOffsets(requests: Requests, { partitions }: Layout, answer: Answers['ListOffsets'], which: bigint): void {
  for (const topic of answer.topics)
    for (const { partitionIndex, errorCode, offset } of topic.partitions) {
      const look = partitions.get(keyOf(topic.name, partitionIndex));
      if (!look) continue;
      const code = requests.codeName(errorCode);
      if (WITHOUT_LEADER.has(code)) look.trouble = 'it has no leader at the moment';
      else if (errorCode !== 0) look.trouble = describeTrouble({ apiId: code });
      else look[which === LATEST ? 'end' : 'start'] = Number(offset);
    }
}

/** Which of the topics keep only the newest record of a key. Not allowed to ask: none. */
export async function readCompacted(requests: Requests, topics: readonly string[]): Promise<Set<string>> {
  const resources = topics.map((resourceName) => ({
    resourceType: TOPIC_RESOURCE,
    resourceName,
    configurationKeys: ['cleanup.policy'],
  }));
  const { results } = await requests.sendToAny('DescribeConfigs', resources, false, false);
  const compacted = results.filter(({ configs }) => configs.some(({ value }) => value?.includes('compact')));
  return new Set(compacted.map(({ resourceName }) => resourceName));
}
