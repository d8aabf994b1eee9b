import { lineagesOf } from '../../src/slo/lineages.ts';
import type { Entry, Gap, Sample, VantageBoot } from '../../src/slo/model/entry.ts';
import { Recording } from '../../src/slo/recording.ts';
import { slotDue } from '../../src/slo/slots.ts';
import { FAR } from './fake-vantage.ts';
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariants-chaos.ts';
import type { History } from './simulate.ts';

/** What must hold of what is measured from elsewhere, however it came here. */
export const vantageInvariants: readonly Invariant[] = [
  {
    name: 'no slot of a vantage is told twice',
    check: ({ entries }) => {
      const seen = new Set<string>();
      return firstOf(toldOf(entries), ({ probe, instance, due }) => {
        const key = `${probe}@${instance} due ${Math.round(due)}`;
        return seen.size === seen.add(key).size ? key : undefined;
      });
    },
  },
  {
    name: "a slot of a vantage lies on the grid of one of its instance's boots",
    check: ({ entries, plan }) =>
      firstOf(toldOf(entries), ({ probe, instance, slot, due }) => {
        const spec = plan.probes.find(({ name }) => name === probe)!;
        const boots = bootsOf(entries).filter((boot) => boot.instance === instance);
        const onGrid = boots.some(({ slotZero }) => Math.abs(slotDue(plan.seed, spec, slotZero, slot) - due) < 0.5);
        return onGrid ? undefined : `${probe}@${instance}#${slot} due ${due}`;
      }),
  },
  {
    name: 'a time of a vantage is off by no more than its boot says',
    check: (history) =>
      history.world.blockedMs > 0 || history.recordingFailed
        ? undefined
        : firstOf(samplesOf(history.entries), (sample) => problemOfTime(history, sample)),
  },
  {
    name: 'what is measured at a vantage that is within reach is all told when the experiment ends',
    check: ({ entries, world, calmVantage, stoppedAt, recordingFailed }) => {
      if (!calmVantage || world.blockedMs > 0 || stoppedAt !== undefined || recordingFailed) return undefined;
      const quiesced = entries.filter((entry) => entry.type === 'chaos').filter(({ state }) => state === 'quiesced');
      return firstOf(quiesced, ({ at, experiment }) => {
        const ended = entries.findIndex(
          (e) => e.type === 'chaos' && e.state === 'ended' && e.experiment === experiment,
        );
        const late = entries.slice(ended).find((entry) => isTold(entry) && entry.due < at - 1);
        return late && `${experiment}: ${JSON.stringify(late)} came after its end`;
      });
    },
  },
  {
    name: 'every instance is one place, or takes the place of one that was there',
    check: ({ entries }) => {
      const instances = new Set(bootsOf(entries).map(({ instance }) => instance));
      const lastTold = new Map(bootsOf(entries).map((boot) => [boot.boot, boot.replaces]));
      const replacing = new Set([...lastTold.values()].flatMap((replaced) => replaced ?? []));
      const places = lineagesOf(Recording.of(entries as Entry[]), FAR).length;
      return places === instances.size - replacing.size ? undefined : `${places} places of ${[...instances]}`;
    },
  },
];

type Told = (Sample | Gap) & { instance: string };

function isTold(entry: Entry): entry is Told {
  return (entry.type === 'sample' || entry.type === 'gap') && entry.instance !== undefined;
}

function toldOf(entries: readonly Entry[]): Told[] {
  return entries.filter(isTold);
}

function samplesOf(entries: readonly Entry[]): Sample[] {
  return toldOf(entries).filter((entry) => entry.type === 'sample');
}

function bootsOf(entries: readonly Entry[]): VantageBoot[] {
  return entries.filter((entry) => entry.type === 'vantage').filter(({ vantage }) => vantage === FAR);
}

/** An instance's boots are not told apart by its samples: what one of them allows is allowed. */
function problemOfTime({ entries, world }: History, { probe, instance, slot, ended, values }: Sample) {
  const truth = values['call'] === undefined ? undefined : world.answers.get(values['call']);
  if (!truth) return undefined;
  const boots = bootsOf(entries).filter((boot) => boot.instance === instance);
  const behind = Math.min(...boots.map(({ clock }) => clock[0]));
  const ahead = Math.max(...boots.map(({ clock }) => clock[1]));
  const error = ended - truth.at;
  return error >= behind - 0.01 && error <= ahead + 0.01
    ? undefined
    : `${probe}@${instance}#${slot} is off by ${error}, told ${behind}..${ahead}`;
}
