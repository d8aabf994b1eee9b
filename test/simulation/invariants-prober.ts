import { type Entry, type ProberTrouble, RUNNER_VANTAGE, type Sample } from '../../src/slo/model/entry.ts';
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariants-chaos.ts';
import type { History } from './simulate.ts';

/** A stall that the watch over the prober must see: its beat while samples are under way, and what it tolerates. */
const SEEN_FROM_MS = 75;
/** The same while no sample is. */
const SEEN_IDLE_FROM_MS = 150;
const TOLERATED_LOSS = 0.1;

/** What must hold of a program that stands still now and then. */
export const proberInvariants: readonly Invariant[] = [
  {
    name: 'where the program stands still, it is never the service that is called bad',
    check: ({ entries, world }) =>
      firstOf(samplesOf(entries), ({ probe, slot, outcome, started, ended }) => {
        const lost = world.blocks
          .filter(({ from, to }) => to - from > SEEN_FROM_MS && from >= started && to <= ended)
          .reduce((sum, { from, to }) => sum + to - from, 0);
        // The watch cannot know when within its beat the program stopped.
        const certain = lost - SEEN_FROM_MS;
        return outcome === 'bad' && certain > TOLERATED_LOSS * (ended - started)
          ? `${probe}#${slot} is bad, though ${lost} ms of ${ended - started} were lost`
          : undefined;
      }),
  },
  {
    name: 'a program that stood still while it probed says so in its recording, and no other does',
    check: (history) => {
      if (history.recordingFailed) return undefined;
      const stalls = troublesOf(history.entries).filter(({ of }) => of === 'stalled');
      const seen = blocksWhileProbing(history).filter(({ from, to }) => to - from > SEEN_IDLE_FROM_MS);
      return (
        firstOf(seen, ({ from, to }) =>
          stalls.some((stall) => stall.from <= from && stall.to >= to)
            ? undefined
            : `nothing says so of ${from}..${to}`,
        ) ??
        firstOf(stalls, ({ from, to, ms }) => {
          const blocked = history.world.blocks.filter((block) => block.from <= to && block.to >= from);
          const blockedMs = blocked.reduce((sum, block) => sum + block.to - block.from, 0);
          return blockedMs >= ms - 1 ? undefined : `${ms} ms at ${from}..${to} are made up`;
        })
      );
    },
  },
  {
    name: 'only a program that stands still loses samples by it',
    check: ({ entries, world }) =>
      firstOf(samplesOf(entries), ({ probe, slot, starvedMs }) =>
        starvedMs !== undefined && world.blocks.length === 0 ? `${probe}#${slot} lost ${starvedMs} ms` : undefined,
      ),
  },
];

/** While the slots of an experiment fall due. */
function blocksWhileProbing({ entries, world }: History): History['world']['blocks'] {
  const at = (state: string) => entries.filter((e) => e.type === 'chaos').filter((e) => e.state === state);
  const quiesced = at('quiesced');
  const windows = at('started').map((event, i): [number, number] => [event.at, quiesced[i]!.at]);
  return world.blocks.filter(({ from, to }) => windows.some(([first, last]) => from >= first && to <= last));
}

function samplesOf(entries: readonly Entry[]): Sample[] {
  return entries.filter((entry) => entry.type === 'sample').filter(({ vantage }) => vantage === RUNNER_VANTAGE);
}

function troublesOf(entries: readonly Entry[]): ProberTrouble[] {
  return entries.filter((entry) => entry.type === 'prober').filter(({ vantage }) => vantage === RUNNER_VANTAGE);
}
