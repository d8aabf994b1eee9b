import { describeTrouble } from '../lib/kafka/trouble.ts';
import type { Address } from './answers.ts';
import { readCommits } from './commits.ts';
import type { Watched } from './config.ts';
import type { Coordinator } from './coordinators.ts';
import { GroupStates } from './group-states.ts';
import type { GroupLook } from './look.ts';
import type { Requests } from './requests.ts';

/** Asks each broker once for what all the groups that it coordinates have committed, and for how they are. */
export class Groups {
  readonly #watched: readonly Watched[];
  readonly #states = new GroupStates();

  constructor(watched: readonly Watched[]) {
    this.#watched = watched;
  }

  async read(
    requests: Requests,
    coordinators: ReadonlyMap<string, Coordinator>,
    partitions: ReadonlyMap<string, number[]>,
  ): Promise<GroupLook[]> {
    const byBroker = Map.groupBy(this.#watched, ({ group }) => JSON.stringify(coordinators.get(group)));
    const looks = await Promise.all(
      [...byBroker.values()].map((watched) => {
        const coordinator = coordinators.get(watched[0]!.group) ?? { trouble: 'the group has no coordinator' };
        if ('trouble' in coordinator) return watched.map((each) => withTrouble(each, coordinator.trouble));
        return this.#readFrom(requests, coordinator.at, watched, partitions);
      }),
    );
    return looks.flat();
  }

  async #readFrom(
    requests: Requests,
    at: Address,
    watched: readonly Watched[],
    partitions: ReadonlyMap<string, number[]>,
  ): Promise<GroupLook[]> {
    const names = watched.map(({ group }) => group);
    try {
      const [commits, states] = await Promise.all([
        readCommits(requests, at, watched, partitions),
        this.#states.read(requests, at, names),
      ]);
      return watched.map((each) => {
        const [own, state] = [commits.get(each.group), states.get(each.group)];
        return { ...each, committed: new Map(), ...own, ...(state && { state }) };
      });
    } catch (error) {
      const trouble = describeTrouble(error);
      return watched.map((each) => withTrouble(each, trouble));
    }
  }
}

function withTrouble(watched: Watched, trouble: string): GroupLook {
  return { ...watched, committed: new Map(), trouble };
}
