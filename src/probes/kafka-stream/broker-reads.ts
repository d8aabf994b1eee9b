import type { Admin, ClusterMetadata, fetchV17 } from '@platformatic/kafka';
import type { Position } from './positions.ts';
import { NotReadable } from './trouble.ts';

type Library = typeof import('@platformatic/kafka');
type FetchResponse = fetchV17.FetchResponse;

/** How long a broker may hold an answer back while there is nothing to read. */
export const MAX_WAIT_MS = 200;

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_PARTITION_BYTES = 512 * 1024;
const MAX_PARTITIONS = 1000;
const NO_SESSION = { id: 0, epoch: -1 };
const READ_COMMITTED = 1;
const EARLIEST = -2n;
const LATEST = -1n;

/** A partition of the topics as the cluster describes it. */
export type Described = Pick<Position, 'topic' | 'topicId' | 'partition' | 'leader'>;

/** Asks the cluster where the partitions are, anew each time. */
export async function describeTopics(
  admin: Admin,
  topics: readonly string[],
): Promise<{ partitions: Described[]; brokers: ClusterMetadata['brokers'] }> {
  const metadata = await admin.metadata({ topics: [...topics], forceUpdate: true });
  const partitions = topics.flatMap((topic): Described[] => {
    const described = metadata.topics.get(topic);
    if (!described) throw new NotReadable(`topic ${topic} does not exist`);
    return described.partitions.map(({ leader }, partition) => ({ topic, topicId: described.id, partition, leader }));
  });
  if (partitions.length > MAX_PARTITIONS)
    throw new NotReadable(`${partitions.length} partitions, at most ${MAX_PARTITIONS} are read`);
  return { partitions, brokers: metadata.brokers };
}

/** The first offset that is kept, or the one that the next record will get; by topic and partition. */
export async function listOffsets(
  admin: Admin,
  partitions: readonly Described[],
  which: 'first' | 'end',
): Promise<(wanted: Described) => bigint> {
  const timestamp = which === 'first' ? EARLIEST : LATEST;
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, those]) => ({
    name,
    partitions: those.map(({ partition }) => ({ partitionIndex: partition, timestamp })),
  }));
  const answer = await admin.listOffsets({ topics });
  return ({ topic, partition }) => {
    const found = answer.find(({ name }) => name === topic)?.partitions;
    const offset = found?.find(({ partitionIndex }) => partitionIndex === partition)?.offset;
    if (offset === undefined) throw new NotReadable('the brokers left a partition out of their answer');
    return offset;
  };
}

type Fetch = Library['fetchV17']['api'];

/** The newest way to fetch that both sides know. Older brokers ask for topics by name, which cannot tell a topic from its successor. */
export async function chooseFetch(library: Library, admin: Admin): Promise<Fetch> {
  const { fetchV13, fetchV15, fetchV16, fetchV17 } = library;
  const spoken = (await admin.listApis()).find(({ name }) => name === 'Fetch');
  const known = [fetchV17, fetchV16, fetchV15, fetchV13].map(({ api }) => api as unknown as Fetch);
  const chosen = known.find(({ version }) => spoken && version <= spoken.maxVersion && version >= spoken.minVersion);
  if (!chosen) throw new NotReadable('the brokers are older than Kafka 3.1');
  return chosen;
}

/** One answer of one broker, with what it says of single partitions that cannot be read. */
export async function fetchFrom(
  admin: Admin,
  fetch: Fetch,
  broker: { host: string; port: number } | undefined,
  positions: readonly Position[],
  committed: boolean,
): Promise<FetchResponse> {
  if (!broker) throw new NotReadable('a partition has no leader at the moment');
  const connection = await admin.connections.get(broker);
  const { id, epoch } = NO_SESSION;
  const isolation = committed ? READ_COMMITTED : 0;
  const topics = topicsOf(positions);
  try {
    return await fetch.async(connection, MAX_WAIT_MS, 1, MAX_BYTES, isolation, id, epoch, topics, [], '');
  } catch (error) {
    const { response } = error as { response?: FetchResponse };
    if (response && response.errorCode === 0) return response;
    throw error;
  }
}

function topicsOf(positions: readonly Position[]) {
  return [...Map.groupBy(positions, ({ topicId }) => topicId)].map(([topicId, those]) => ({
    topicId,
    partitions: those.map(({ partition, next }) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: next,
      lastFetchedEpoch: -1,
      partitionMaxBytes: MAX_PARTITION_BYTES,
    })),
  }));
}
