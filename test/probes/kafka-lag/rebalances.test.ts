import { expect, test } from 'vitest';
import type { GroupState } from '../../../src/probes/kafka-lag/look.ts';
import { RebalanceCounter } from '../../../src/probes/kafka-lag/rebalances.ts';

const classic = (name: string, ...members: string[]): GroupState => ({ type: 'classic', name, members });
const consumer = (epoch: number, ...members: string[]): GroupState => ({
  type: 'consumer',
  name: 'Stable',
  members,
  epoch,
});

test.each<[string, (GroupState | undefined)[], number]>([
  ['nothing happens', [classic('Stable', 'a'), classic('Stable', 'a')], 0],
  ['what was before the first look is not counted', [classic('PreparingRebalance', 'a')], 0],
  [
    'one that takes several looks is one',
    [
      classic('Stable', 'a'),
      classic('PreparingRebalance', 'a'),
      classic('CompletingRebalance', 'a', 'b'),
      classic('Stable', 'a', 'b'),
    ],
    1,
  ],
  ['one between two looks shows in the members', [classic('Stable', 'a', 'b'), classic('Stable', 'b', 'c')], 1],
  ['two after one another', [classic('Stable', 'a'), classic('Stable', 'b'), classic('Stable', 'c')], 2],
  ['the last member leaves', [classic('Stable', 'a'), classic('Empty')], 1],
  ['a look that shows no state is passed over', [classic('Stable', 'a'), undefined, classic('Stable', 'b')], 1],
  ['by the consumer protocol the epoch counts', [consumer(3, 'a'), consumer(6, 'a')], 3],
  ['a group that was made anew begins at a low epoch', [consumer(9, 'a'), consumer(1, 'a')], 0],
  ['from one protocol to the other', [classic('Stable', 'a'), consumer(5, 'b')], 1],
])('%s', (_, states, expected) => {
  const counter = new RebalanceCounter();

  expect(states.map((state) => counter.since(state)).reduce((sum, count) => sum + count, 0)).toBe(expected);
});
