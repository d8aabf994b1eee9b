import { describeTrouble } from '../lib/kafka/trouble.ts';
import type { Address, Answers } from './answers.ts';
import type { Requests } from './requests.ts';

const GROUP_KEY = 0;
/** Brokers from before Kafka 3.0 answer for one group at a time. */
const FIRST_FOR_MANY = 4;

/** The broker that keeps a group's offsets, or why there is none. */
export type Coordinator = { at: Address } | { trouble: string };

/** Finds the coordinators of all groups with one request. */
export async function findCoordinators(
  requests: Requests,
  groups: readonly string[],
): Promise<Map<string, Coordinator>> {
  const version = await requests.versionOf('FindCoordinator');
  const answers =
    version !== undefined && version < FIRST_FOR_MANY
      ? await Promise.all(groups.map((group) => findOne(requests, group)))
      : [await requests.sendToAny('FindCoordinator', GROUP_KEY, groups)];
  const found = answers.flatMap(({ coordinators }) => coordinators);
  return new Map(
    found.map(({ key, host, port, errorCode }) => [
      key,
      errorCode === 0 ? { at: { host, port } } : { trouble: describeTrouble({ apiId: requests.codeName(errorCode) }) },
    ]),
  );
}

/** The answer for one group does not name it. */
async function findOne(requests: Requests, group: string): Promise<Answers['FindCoordinator']> {
  const { coordinators } = await requests.sendToAny('FindCoordinator', GROUP_KEY, [group]);
  return { coordinators: coordinators.map((coordinator) => ({ ...coordinator, key: group })) };
}
