import type { GroupState } from './look.ts';

const REBALANCING = new Set(['PreparingRebalance', 'CompletingRebalance']);

/** Counts rebalances from one look at a group's state to the next. */
export class RebalanceCounter {
  #before: GroupState | undefined;

  /** At least so many began since the last look that showed a state. */
  since(state: GroupState | undefined): number {
    if (!state) return 0;
    const before = this.#before;
    this.#before = state;
    if (!before) return 0;
    if (state.epoch !== undefined && before.epoch !== undefined) return Math.max(0, state.epoch - before.epoch);
    if (REBALANCING.has(before.name)) return 0;
    return REBALANCING.has(state.name) || !haveSameMembers(before, state) ? 1 : 0;
  }
}

function haveSameMembers(one: GroupState, other: GroupState): boolean {
  const members = new Set(one.members);
  return members.size === other.members.length && other.members.every((member) => members.has(member));
}
