import type { ChaosEvent, Entry } from '../../src/slo/model/entry.ts';
import type { Invariant } from './invariant.ts';
import { type FaultTruth, goneAt, isOn } from './world.ts';

const STOP_LIMIT_MS = 5000;

/** States of one experiment, in the order of recording. */
const LAWFUL = /^started( failed| requested( injected| failed)? recovering( recovered| left-behind))? quiesced ended$/;

/** What must hold of faults, whoever misbehaves. */
export const chaosInvariants: readonly Invariant[] = [
  {
    name: 'every injected fault is recovered, or reported left behind',
    check: ({ world, result }) =>
      firstOf(world.faults, (fault) =>
        isOn(fault) && !result.leftBehind.includes(fault.experiment)
          ? `${fault.experiment} is still broken`
          : undefined,
      ),
  },
  {
    name: 'a fault is over when the run is over, or reported left behind',
    check: ({ world, result, finishedAt }) =>
      firstOf(world.faults, (fault) => {
        const later = fault.changes.some(({ at, on }) => on && at > finishedAt);
        return later && !result.leftBehind.includes(fault.experiment) ? `${fault.experiment} broke later` : undefined;
      }),
  },
  {
    name: 'what is left behind is recorded and reported alike',
    check: ({ entries, result, recordingFailed }) => {
      const recorded = chaosOf(entries).filter((event) => event.state === 'left-behind');
      const names = recorded.map((event) => event.experiment).join();
      return recordingFailed || names === result.leftBehind.join()
        ? undefined
        : `${names} against ${result.leftBehind}`;
    },
  },
  {
    name: 'once the run is to stop, the fault of a driver that obeys is gone within 5 s',
    check: ({ world, stoppedAt }) =>
      stoppedAt === undefined
        ? undefined
        : firstOf(world.faults.filter(obeysNow), (fault) =>
            wasOnAt(fault, stoppedAt) && goneAfter(fault, stoppedAt) - stoppedAt > STOP_LIMIT_MS + world.blockedMs
              ? `${fault.experiment} was gone only after ${goneAfter(fault, stoppedAt) - stoppedAt} ms`
              : undefined,
          ),
  },
  {
    name: 'once the run is to stop, no driver that obeys breaks anything',
    check: ({ world, stoppedAt = Number.POSITIVE_INFINITY }) =>
      firstOf(world.faults.filter(obeysNow), (fault) =>
        fault.changes.some(({ at, on }) => on && at > stoppedAt)
          ? `${fault.experiment} broke after the stop`
          : undefined,
      ),
  },
  {
    name: 'no fault outlives limits.maxFault by more than 5 s',
    check: ({ world, plan, entries }) =>
      firstOf(world.faults.filter(obeysNow), (fault) => {
        const requested = chaosOf(entries).find((e) => e.experiment === fault.experiment && e.state === 'requested');
        const end = goneAt(fault);
        if (!requested || end === undefined) return undefined;
        const tooLong = end - requested.at - plan.limits.maxFaultMs - world.blockedMs - STOP_LIMIT_MS;
        return tooLong > 0 ? `${fault.experiment} was there ${tooLong} ms too long` : undefined;
      }),
  },
  {
    name: 'nothing breaks before it was requested, and nothing is requested without an open gate',
    check: ({ world, entries }) =>
      firstOf(world.faults, (fault) => {
        const firstOn = fault.changes.find(({ on }) => on);
        if (!firstOn) return undefined;
        const mine = entries.filter((entry) => 'experiment' in entry && entry.experiment === fault.experiment);
        const gate = mine.findIndex((entry) => entry.type === 'gate' && entry.open);
        const request = mine.findIndex((entry) => entry.type === 'chaos' && entry.state === 'requested');
        const early = request >= 0 && (mine[request] as ChaosEvent).at > firstOn.at;
        return gate < 0 || request < gate || early ? `${fault.experiment} was broken unasked` : undefined;
      }),
  },
  {
    name: 'the events of an experiment come in a lawful order, their times too',
    check: ({ entries, plan, recordingFailed }) =>
      recordingFailed
        ? undefined
        : firstOf(plan.experiments, ({ name }) => {
            const events = chaosOf(entries).filter((event) => event.experiment === name);
            if (events.length === 0) return undefined;
            const states = events.map((event) => event.state).join(' ');
            if (!LAWFUL.test(states)) return `${name}: ${states}`;
            const unordered = events.find((event, i) => i > 0 && event.at < events[i - 1]!.at);
            return unordered && `${name}: ${unordered.state} lies before its predecessor`;
          }),
  },
  {
    name: 'an experiment that did not run says so, and none runs after it',
    check: ({ entries, plan, recordingFailed }) => {
      if (recordingFailed) return undefined;
      const ran = plan.experiments.map(({ name }) => chaosOf(entries).some((event) => event.experiment === name));
      const firstNotRun = ran.indexOf(false);
      if (firstNotRun >= 0 && ran.lastIndexOf(true) > firstNotRun) return 'an experiment ran after one that did not';
      return firstOf(plan.experiments, ({ name }, i) =>
        ran[i] || entries.some((entry) => entry.type === 'gate' && entry.experiment === name && !entry.open)
          ? undefined
          : `${name} vanished without a word`,
      );
    },
  },
  {
    name: 'a run that was to stop says so, and only such a run',
    check: ({ result, stoppedAt }) =>
      (result.aborted === undefined) === (stoppedAt === undefined) ? undefined : `aborted: ${result.aborted}`,
  },
  {
    name: 'the conductor has no bug of its own',
    check: ({ result }) => (result.bug === undefined ? undefined : String(result.bug)),
  },
];

function chaosOf(entries: readonly Entry[]): ChaosEvent[] {
  return entries.filter((entry) => entry.type === 'chaos');
}

function obeysNow(fault: FaultTruth): boolean {
  return fault.obeys;
}

function wasOnAt(fault: FaultTruth, at: number): boolean {
  return fault.changes.findLast((change) => change.at <= at)?.on ?? false;
}

function goneAfter(fault: FaultTruth, at: number): number {
  return fault.changes.find((change) => !change.on && change.at >= at)?.at ?? Number.POSITIVE_INFINITY;
}

export function firstOf<T>(items: readonly T[], check: (item: T, index: number) => string | undefined) {
  for (const [index, item] of items.entries()) {
    const problem = check(item, index);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
