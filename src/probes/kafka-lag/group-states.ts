import type { Address, DescribedGroup } from './answers.ts';
import type { GroupState } from './look.ts';
import type { Requests } from './requests.ts';

type Kind = GroupState['type'];
const KINDS = ['consumer', 'classic'] as const;
const REQUESTS = { consumer: 'ConsumerGroupDescribe', classic: 'DescribeGroups' } as const;

/**
 * How groups are. Each of Kafka's two protocols has a request of its own, which does not know groups of the other, so that it is remembered
 * which kind a group is; a group that is not found as what it was is looked for as the other kind.
 */
export class GroupStates {
  readonly #kinds = new Map<string, Kind>();

  /** States of those that this broker knows. */
  async read(requests: Requests, at: Address, groups: readonly string[]): Promise<Map<string, GroupState>> {
    const first = Map.groupBy(groups, (group) => this.#kinds.get(group) ?? 'consumer');
    const states = await this.#readEach(requests, at, first);
    const others = Map.groupBy(
      groups.filter((group) => !states.has(group)),
      (group) => (this.#kinds.get(group) === 'classic' ? 'consumer' : 'classic'),
    );
    for (const [group, state] of await this.#readEach(requests, at, others)) states.set(group, state);
    return states;
  }

  async #readEach(requests: Requests, at: Address, groups: Map<Kind, string[]>): Promise<Map<string, GroupState>> {
    const read = await Promise.all(KINDS.map((kind) => describe(requests, at, kind, groups.get(kind) ?? [])));
    const states = new Map(read.flat());
    for (const [group, { type }] of states) this.#kinds.set(group, type);
    return states;
  }
}

async function describe(
  requests: Requests,
  at: Address,
  type: Kind,
  groups: string[],
): Promise<[string, GroupState][]> {
  const request = REQUESTS[type];
  if (groups.length === 0 || (await requests.versionOf(request)) === undefined) return [];
  const answer: { groups: (DescribedGroup & { groupEpoch?: number })[] } = await requests.send(
    at,
    request,
    groups,
    false,
  );
  const known = answer.groups.filter(({ errorCode, groupState }) => errorCode === 0 && groupState !== 'Dead');
  return known.map(({ groupId, groupState, groupEpoch, members }) => [
    groupId,
    {
      type,
      name: groupState,
      members: members.map(({ memberId }) => memberId),
      ...(groupEpoch !== undefined && { epoch: groupEpoch }),
    },
  ]);
}
