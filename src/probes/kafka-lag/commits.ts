import { describeTrouble } from '../lib/kafka/trouble.ts';
import type { Address, Answers } from './answers.ts';
import type { Watched } from './config.ts';
import { keyOf } from './look.ts';
import type { Requests } from './requests.ts';

/** Brokers from before Kafka 3.0 answer for one group at a time. */
const FIRST_FOR_MANY = 8;
const NO_MEMBER = { memberId: null, memberEpoch: -1 };

/** What a group has committed by `keyOf`, or why that is not known. */
export type Commits = { committed: Map<string, number> } | { trouble: string };

/** Reads what the groups that this broker coordinates have committed, with one request. `partitions` are the numbers of each topic. */
export async function readCommits(
  requests: Requests,
  at: Address,
  watched: readonly Watched[],
  partitions: ReadonlyMap<string, number[]>,
): Promise<Map<string, Commits>> {
  const wanted = watched.map(({ group, topics }) => ({
    groupId: group,
    ...NO_MEMBER,
    topics: topics
      .filter((name) => partitions.has(name))
      .map((name) => ({ name, partitionIndexes: partitions.get(name)! })),
  }));
  const version = await requests.versionOf('OffsetFetch');
  const answers =
    version !== undefined && version < FIRST_FOR_MANY
      ? await Promise.all(wanted.map((group) => fetchOne(requests, at, group)))
      : [await requests.send(at, 'OffsetFetch', wanted, false)];
  return new Map(answers.flatMap(({ groups }) => groups).map((group) => [group.groupId, commitsOf(requests, group)]));
}

type Group = Answers['OffsetFetch']['groups'][number];

/** The answer for one group is that group, without its name. */
async function fetchOne(requests: Requests, at: Address, wanted: { groupId: string }): Promise<Answers['OffsetFetch']> {
  const answer = (await requests.send(at, 'OffsetFetch', [wanted], false)) as unknown as Group;
  return { groups: [{ ...answer, errorCode: answer.errorCode ?? 0, groupId: wanted.groupId }] };
}

function commitsOf(requests: Requests, { errorCode, topics }: Group): Commits {
  const partitions = topics.flatMap(({ name, partitions }) => partitions.map((each) => ({ ...each, topic: name })));
  const failed = [errorCode, ...partitions.map((each) => each.errorCode)].find((code) => code !== 0);
  if (failed !== undefined) return { trouble: describeTrouble({ apiId: requests.codeName(failed) }) };
  const committed = partitions.filter(({ committedOffset }) => committedOffset >= 0n);
  return {
    committed: new Map(
      committed.map(({ topic, partitionIndex, committedOffset }) => [
        keyOf(topic, partitionIndex),
        Number(committedOffset),
      ]),
    ),
  };
}
