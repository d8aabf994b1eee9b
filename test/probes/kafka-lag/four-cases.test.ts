import { describe, expect, test } from 'vitest';
import { burrowOn, type Recorded, steadfastOn } from './both-verdicts.ts';
import type { BurrowStatus } from './burrow-rules.ts';
import { A_LITTLE, CAUGHT_UP, frozen, healthy, record, rewound, slow, stopped } from './histories.ts';

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
