import type { Offset } from '../../slo/model/entry.ts';
import type { FinalReading } from '../contract.ts';
import type { Account } from './account.ts';

/** Where the experiment that is being closed lies in time. */
export interface Stretch {
  from: Offset;
  /** Where the experiment's first reading ends: what a reading covers may have begun before the experiment. */
  firstReadingTo: Offset;
}

type Story = Pick<FinalReading, 'reason' | 'detail'>;

/**
 * The losses of an experiment. The part up to its first reading stands apart, because it may reach back beyond the experiment's start; so
 * the rest lies wholly inside it. Of several streams the one that is known for the shortest time decides up to where all are: beyond
 * that nothing is claimed, and what follows it is a hole in the counts.
 */
export function lossReadings({ from, firstReadingTo }: Stretch, accounts: Account[], story: Story): FinalReading[] {
  const early = { lost: sum(accounts, 'lost', 'early'), recovered: sum(accounts, 'recovered', 'early') };
  const later = { lost: sum(accounts, 'lost', 'later'), recovered: sum(accounts, 'recovered', 'later') };
  const knownTo = Math.min(...accounts.map((account) => account.knownTo));
  const covers: [Offset, Offset] = [from, Math.min(firstReadingTo, Math.max(from, knownTo))];
  if (knownTo > firstReadingTo)
    return [
      { covers, values: early },
      { covers: [firstReadingTo, knownTo], values: later, ...story },
    ];
  const all = { lost: early.lost + later.lost, recovered: early.recovered + later.recovered };
  return [{ covers, values: all, ...story }];
}

function sum(accounts: Account[], what: 'lost' | 'recovered', when: 'early' | 'later'): number {
  return accounts.reduce((total, account) => total + account[what][when], 0);
}
