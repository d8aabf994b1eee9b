import { judge } from '../../src/slo/judge.ts';
import type { Final, Life, Whole } from '../../src/slo/model/entry.ts';
import type { Objective, PhaseName, Plan } from '../../src/slo/model/plan.ts';
import { atLeast, objective, plan, probe, recordingOf, type World } from './build.ts';

/** Of the clean events: no slot falls due from the end on, and the books are closed a second later. */
export const [END, CLOSED] = [181_000, 182_000];
const PROBES = [probe('goals'), probe('events')];

/** A workflow that ran for ten seconds and was seen to end in the last half. */
export function life(key: string, endedTo = 100_000, more: Partial<Life> = {}): Life {
  const [begun, lastSeen] = [endedTo - 10_000, endedTo - 500];
  return {
    ...{ id: `${key}/1`, key, seen: [begun + 100, lastSeen], within: [begun, endedTo], outcome: 'good' },
    ...{ ended: [lastSeen, endedTo], ...more },
  };
}

/** What still ran when it was looked at last. */
export function running(key: string, seenTo: number): Life {
  return { id: `${key}/1`, key, seen: [50_000, seenTo], within: [40_000, null], outcome: 'bad' };
}

export const wholeOf = (from: number, to: number, page = 1, pages = 1): Whole => ({ span: [from, to], page, pages });

export function final(of: string, told: Partial<Final>): Final {
  return { type: 'final', probe: of, vantage: 'runner', covers: [0, CLOSED - 100], values: {}, ...told };
}

export const goals = (lives: Life[], whole = wholeOf(0, END + 200)) => final('goals', { lives, whole });
export const events = (names: string[], whole = wholeOf(0, CLOSED - 100)) =>
  final('events', { ends: names.map((name) => [name]), whole });

export interface Asked {
  finals: Final[];
  phase?: PhaseName;
  share?: number;
  atLeastSeen?: number;
  key?: string;
}

export function planFor({ phase = 'run', share = 1, atLeastSeen, key = '$1' }: Omit<Asked, 'finals'>): Plan {
  const asked: Partial<Objective> = {
    phase,
    indicator: { kind: 'completeness', probe: 'goals', in: 'events', key },
    bound: atLeast(share),
    ...(atLeastSeen !== undefined && { atLeastSeen }),
  };
  return plan({ probes: PROBES, objectives: [objective('complete', asked)] });
}

export function judged({ finals, ...asked }: Asked, world: Partial<World> = {}) {
  const tested = { ...planFor(asked), ...world.plan };
  return judge(tested, recordingOf({ answer: () => ({}), ...world, plan: tested, finals })).objectives[0]!;
}
