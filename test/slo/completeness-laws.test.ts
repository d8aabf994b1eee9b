import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Final } from '../../src/slo/model/entry.ts';
import { CLOSED, END, events, goals, judged, life, wholeOf } from './what-ended.ts';

describe('laws', () => {
  /** When each workflow ended, and whether its end was written. */
  const truths = fc.array(fc.tuple(fc.integer({ min: 20_000, max: END + 500 }), fc.boolean()), {
    minLength: 1,
    maxLength: 30,
  });
  const pages = fc.record({ lives: fc.integer({ min: 1, max: 4 }), ends: fc.integer({ min: 1, max: 4 }) });

  /** As it is recorded: on several pages, by two drains. */
  function toldOf(truth: [number, boolean][], { lives, ends }: { lives: number; ends: number }): Final[] {
    const all = truth.map(([at], index) => life(`w${index}`, at));
    const written = truth.flatMap(([, isWritten], index) => (isWritten ? [`w${index}`] : []));
    const onPage = <T>(list: T[], page: number, count: number) => list.filter((_, index) => index % count === page);
    return [
      goals([], wholeOf(0, 15_000)),
      events(['before'], wholeOf(0, 15_000)),
      ...Array.from({ length: lives }, (_, page) =>
        goals(onPage(all, page, lives), wholeOf(15_000, END + 200, page + 1, lives)),
      ),
      ...Array.from({ length: ends }, (_, page) =>
        events(onPage(written, page, ends), wholeOf(15_000, CLOSED, page + 1, ends)),
      ),
    ];
  }

  test('where all is known, the share is the truth', () => {
    fc.assert(
      fc.property(truths, pages, (truth, count) => {
        const { measurement } = judged({ finals: toldOf(truth, count) });
        const share = truth.filter(([, isWritten]) => isWritten).length / truth.length;

        expect(measurement).toMatchObject({ low: share, high: share, seen: truth.length });
      }),
    );
  });

  test.for([1, 0.9, 0.5])('whatever of the readings is lost, what did not pass at %d does not pass', (share) => {
    fc.assert(
      fc.property(truths, pages, fc.array(fc.nat(12), { minLength: 1 }), (truth, count, lost) => {
        const told = toldOf(truth, count);
        const before = judged({ finals: told, share });
        const after = judged({ finals: told.filter((_, index) => !lost.includes(index)), share });

        if (before.verdict !== 'pass') expect(after.verdict).not.toBe('pass');
        if (before.verdict === 'pass') expect(after.verdict, 'nor is it called a loss').not.toBe('fail');
      }),
    );
  });

  test('whatever of the entries is lost, a loss is not called a pass', () => {
    fc.assert(
      fc.property(truths, pages, fc.nat(12), (truth, count, lost) => {
        fc.pre(truth.some(([, isWritten]) => !isWritten));
        const finals = toldOf(truth, count).map(({ whole: _, ...told }, index) =>
          index === lost ? (told as Final) : toldOf(truth, count)[index]!,
        );

        expect(judged({ finals }).verdict).not.toBe('pass');
      }),
    );
  });
});
