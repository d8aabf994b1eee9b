import { describe, expect, test } from 'vitest';
import { burrowOn, FAULT_MS, type Recorded, RUN_MS, steadfastOn } from './both-verdicts.ts';
import type { BurrowStatus } from './burrow-rules.ts';

const RECORDS_PER_SECOND = 20;
const BEFORE_MS = 60_000;

const CAUGHT_UP: readonly number[] = [0];
const A_LITTLE: readonly number[] = [20, 30, 10];

interface Consumer {
  /** Records that it has not worked through yet when it commits, while all is well: in turn. */
  behind: readonly number[];
  /** Whether the brokers answer. */
  answered?: (at: number) => boolean;
  /** For how long records were written at this time: a frozen broker takes none. */
  written?: (at: number) => number;
  /** Where it stands after a commit that is due at this time, if not at the end. */
  commits?: (at: number, end: number, before: number) => number | undefined;
}

const inFault = (at: number) => at >= FAULT_MS[0] && at < FAULT_MS[1];

/** Offsets as a look each second finds them, of a consumer that commits every 5 s, which is the default of Kafka's own. */
function record({
  behind,
  answered = () => true,
  written = (at) => BEFORE_MS + at,
  commits = () => undefined,
}: Consumer): Recorded[] {
  let committed = 0;
  return Array.from({ length: (BEFORE_MS + RUN_MS) / 1000 }, (_, second) => {
    const at = second * 1000 - BEFORE_MS;
    const end = 10_000 + (written(at) / 1000) * RECORDS_PER_SECOND;
    const well = end - behind[(second / 5) % behind.length]!;
    if (second % 5 === 0) committed = commits(at, end, committed) ?? well;
    return answered(at) ? { at, offsets: { end, committed } } : { at };
  });
}

const healthy = (behind: readonly number[]): Consumer => ({ behind });

const stopped = (behind: readonly number[]): Consumer => ({
  behind,
  commits: (at, _end, before) => (inFault(at) ? before : undefined),
});

/** It works through three records of four, in batches: of two commits one brings the lag down a little. */
const slow: Consumer = {
  behind: A_LITTLE,
  commits: (at, end, before) => {
    if (at < FAULT_MS[0]) return undefined;
    return Math.min(end, before + ((at / 5000) % 2 === 0 ? 110 : 40));
  },
};

const frozen = (behind: readonly number[]): Consumer => ({
  ...stopped(behind),
  answered: (at) => !inFault(at),
  written: (at) => BEFORE_MS + Math.min(at, FAULT_MS[0]) + Math.max(0, at - FAULT_MS[1]),
});

/** At 70 s it begins 1000 records further back, and has worked them through before the next commit but one. */
const rewound: Consumer = {
  behind: CAUGHT_UP,
  commits: (at, end) => (at === 70_000 ? end - 1000 : at === 75_000 ? end - 300 : undefined),
};

const NEWEST = { rewindCountsAfterZeroLag: true };

/** All that Burrow says in the run, each once. */
function statuses(recorded: Recorded[], options = NEWEST): BurrowStatus[] {
  return [...new Set(burrowOn(recorded, options))];
}

const allWell = { steady: 'pass', 'lag-stays-small': 'pass', 'nothing-read-again': 'pass' };

describe('both see the same offsets', () => {
  test.each([[CAUGHT_UP], [A_LITTLE]])(
    'of a healthy consumer that commits %j records behind: neither complains',
    (behind) => {
      const recorded = record(healthy(behind));

      expect(statuses(recorded)).toEqual(['OK']);
      expect(steadfastOn(recorded)).toEqual(allWell);
    },
  );

  test.each([[CAUGHT_UP], [A_LITTLE]])(
    'of a consumer stopped for 30 s, else %j records behind: Burrow says OK',
    (behind) => {
      const recorded = record(stopped(behind));

      expect(statuses(recorded)).toEqual(['OK']);
      expect(steadfastOn(recorded)).toEqual({ ...allWell, 'lag-stays-small': 'fail' });
    },
  );

  test('of a consumer that is slower than the writer, and catches up a little now and then: Burrow says OK', () => {
    const recorded = record(slow);

    expect(statuses(recorded)).toEqual(['OK']);
    expect(steadfastOn(recorded)).toEqual({ ...allWell, 'lag-stays-small': 'fail' });
  });

  test.each([[CAUGHT_UP], [A_LITTLE]])(
    'of a broker frozen for 30 s, before that %j records behind: Burrow says OK',
    (behind) => {
      const recorded = record(frozen(behind));

      expect(statuses(recorded)).toEqual(['OK']);
      expect(steadfastOn(recorded)).toEqual({ ...allWell, 'lag-stays-small': 'inconclusive' });
    },
  );

  test('of a group that was set back: Burrow said OK, and since 1.3.7 only as long as it has not caught up', () => {
    const recorded = record(rewound);

    expect(statuses(recorded, { rewindCountsAfterZeroLag: false })).toEqual(['OK']);
    expect(statuses(recorded)).toEqual(['OK', 'REWIND']);
    expect(burrowOn(recorded, NEWEST).at(-1)).toBe('OK');
    expect(steadfastOn(recorded)).toMatchObject({ steady: 'pass', 'nothing-read-again': 'fail' });
  });
});

test('the rules are no straw man: what they are made for they see', () => {
  const longStop = record({ behind: A_LITTLE, commits: (at, _end, before) => (at >= 60_000 ? before : undefined) });
  const growing = record({
    behind: A_LITTLE,
    commits: (at, end) => (at >= 60_000 ? end - (at - 60_000) / 100 - 50 : undefined),
  });

  expect(statuses(longStop)).toContain('STOP');
  expect(statuses(growing)).toContain('WARN');
});
