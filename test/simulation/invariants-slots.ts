import { type Entry, type Gap, RUNNER_VANTAGE, type Sample } from '../../src/slo/model/entry.ts';
import { slotDue, slotsDueBetween } from '../../src/slo/slots.ts';
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariants-chaos.ts';
import type { History } from './simulate.ts';

type Slot = Sample | Gap;

/** A deadline that was noticed later than this is a stall, see the lane. */
const STALL_TOLERANCE_MS = 50;

/** What must hold of slots, samples and gaps. */
export const slotInvariants: readonly Invariant[] = [
  {
    name: 'each due slot has exactly one sample or gap, and no other slot has any',
    check: (history) => {
      if (history.recordingFailed) return undefined;
      const seen = new Map<string, number>();
      for (const { probe, slot } of slotsOf(history.entries)) count(seen, `${probe}#${slot}`);
      for (const key of dueSlots(history)) count(seen, key, -1);
      return firstOf([...seen], ([key, n]) => (n === 0 ? undefined : `${key}: ${n > 0 ? `${n} too many` : 'missing'}`));
    },
  },
  {
    name: 'slots never drift',
    check: ({ entries, plan }) =>
      firstOf(slotsOf(entries), ({ probe, slot, due }) => {
        const planned = slotDue(plan.seed, specOf(plan.probes, probe), slotZeroOf(entries), slot);
        return due === planned ? undefined : `${probe}#${slot} at ${due} instead of ${planned}`;
      }),
  },
  {
    name: 'a sample starts when it is due or before the next is, and ends by its deadline, or knows that it was read too late',
    check: ({ entries, plan }) =>
      firstOf(samplesOf(entries), ({ probe, slot, due, started, ended, outcome, starvedMs = 0 }) => {
        const { intervalMs, timeoutMs } = specOf(plan.probes, probe);
        if (started < due || started >= due + intervalMs) return `${probe}#${slot} started at ${started}, due ${due}`;
        const read = outcome === 'unknown' ? starvedMs : 0;
        const allowed = started + timeoutMs + Math.max(read, STALL_TOLERANCE_MS);
        return ended < started || ended > allowed
          ? `${probe}#${slot} ended at ${ended}, started ${started}`
          : undefined;
      }),
  },
  {
    name: 'a sample says what its probe said, when it said it',
    check: ({ entries, world, plan }) =>
      firstOf(samplesOf(entries), ({ probe, slot, outcome, values, started, ended, reason, starvedMs }) => {
        const readTooLate = ended >= started + specOf(plan.probes, probe).timeoutMs;
        const starved = readTooLate ? ['good', 'bad', 'unknown'] : ['bad', 'unknown'];
        const said = outcome === 'unknown' && starvedMs !== undefined ? starved : [outcome];
        if (values['call'] === undefined)
          return said.includes('bad') && reason?.includes('no answer within ')
            ? undefined
            : `${probe}#${slot} is made up`;
        const truth = world.answers.get(values['call']);
        const inTime = truth && (truth.at === ended || (world.blocks.length > 0 && truth.at < ended));
        return inTime && said.includes(truth.outcome) ? undefined : `${probe}#${slot} was not said`;
      }),
  },
  {
    name: 'only a program that stands still makes late or stalled slots, and nothing is overrun',
    check: ({ entries, world }) =>
      firstOf(slotsOf(entries), ({ probe, slot, reason }) =>
        reason === 'overrun' || (world.blocks.length === 0 && (reason === 'late' || reason === 'stalled'))
          ? `${probe}#${slot} is ${reason}`
          : undefined,
      ),
  },
  {
    name: 'only a run that is to stop gives up on samples under way',
    check: ({ entries, stoppedAt }) =>
      firstOf(slotsOf(entries), ({ probe, slot, reason }) =>
        stoppedAt === undefined && reason === 'the run was stopped' ? `${probe}#${slot} was given up` : undefined,
      ),
  },
  {
    name: 'a sample is recorded inside its experiment',
    check: ({ entries, recordingFailed }) => {
      if (recordingFailed) return undefined;
      let open = false;
      return firstOf(entries, (entry) => {
        if (entry.type === 'chaos' && entry.state === 'started') open = true;
        if (entry.type === 'chaos' && entry.state === 'ended') open = false;
        const inside = entry.type === 'sample' || entry.type === 'gap' || entry.type === 'final';
        return inside && isRunners(entry) && !open ? `${entry.probe} between experiments` : undefined;
      });
    },
  },
];

function dueSlots({ plan, entries }: History): string[] {
  const slotZero = slotZeroOf(entries);
  return windowsOf(entries).flatMap(([from, to]) =>
    plan.probes
      .filter(({ at }) => at === RUNNER_VANTAGE)
      .flatMap((probe) => {
        const range = slotsDueBetween(probe, plan.seed, slotZero, from, to);
        if (!range) return [];
        return Array.from({ length: range.last - range.first + 1 }, (_, i) => `${probe.name}#${range.first + i}`);
      }),
  );
}

/** From `started` to `quiesced` of each experiment. */
function windowsOf(entries: readonly Entry[]): [number, number][] {
  const at = (state: string) => entries.filter((e) => e.type === 'chaos').filter((e) => e.state === state);
  const quiesced = at('quiesced');
  return at('started').map((event, i) => [event.at, quiesced[i]!.at]);
}

function slotZeroOf(entries: readonly Entry[]): number {
  return entries.find((entry) => entry.type === 'vantage')!.slotZero;
}

function slotsOf(entries: readonly Entry[]): Slot[] {
  return entries.filter((entry) => entry.type === 'sample' || entry.type === 'gap').filter(isRunners);
}

function samplesOf(entries: readonly Entry[]): Sample[] {
  return entries.filter((entry) => entry.type === 'sample').filter(isRunners);
}

/** What comes from elsewhere has laws of its own. */
function isRunners({ vantage }: { vantage: string }): boolean {
  return vantage === RUNNER_VANTAGE;
}

function specOf<T extends { name: string }>(probes: readonly T[], name: string): T {
  return probes.find((probe) => probe.name === name)!;
}

function count(map: Map<string, number>, key: string, by = 1): void {
  map.set(key, (map.get(key) ?? 0) + by);
}
