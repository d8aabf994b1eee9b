import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CanaryBook } from '../../../src/probes/kafka-stream/canary-book.ts';

/** What becomes of one canary: what the broker does, what its answer does, and how often the record is read. */
interface Fate {
  written: boolean;
  answer: 'arrives' | 'is lost' | 'none yet';
  kept: boolean;
  reads: number;
  backBeforeAnswer: boolean;
}

const fates = fc.array(
  fc.record<Fate>({
    written: fc.boolean(),
    answer: fc.constantFrom('arrives', 'is lost', 'none yet'),
    kept: fc.boolean(),
    reads: fc.integer({ min: 1, max: 3 }),
    backBeforeAnswer: fc.boolean(),
  }),
  { maxLength: 30 },
);

const placeOf = (index: number) => ({ partition: 0, offset: BigInt(index) });
const isBack = ({ written, kept }: Fate) => written && kept;

function play(history: Fate[]): CanaryBook {
  const book = new CanaryBook();
  history.forEach((fate, index) => {
    const id = String(index);
    book.announce(id, index);
    const answer = () => {
      if (fate.answer === 'is lost') book.unsure(id);
      else if (fate.answer === 'arrives' && fate.written) book.written(id, placeOf(index));
      else if (fate.answer === 'arrives') book.refused(id);
    };
    const read = () => {
      for (let times = 0; isBack(fate) && times < fate.reads; times++) book.returned(id, index + 5);
    };
    for (const step of fate.backBeforeAnswer ? [read, answer] : [answer, read]) step();
  });
  return book;
}

const count = (history: Fate[], wanted: (fate: Fate) => boolean) => history.filter(wanted).length;

describe('histories with known faults', () => {
  test('each canary is counted for what is known of it', () => {
    fc.assert(
      fc.property(fates, (history) => {
        const book = play(history);
        const counts = book.take();
        const losses = book.settle(-1, { passed: () => true, toTheEnd: true });

        const known = (fate: Fate) => isBack(fate) || (fate.written && fate.answer === 'arrives');
        expect(counts).toEqual({
          sent: count(history, known),
          delivered: count(history, isBack),
          refused: count(history, ({ written, answer }) => !written && answer === 'arrives'),
          canaryDuplicates: history.filter(isBack).reduce((sum, { reads }) => sum + reads - 1, 0),
        });
        expect(losses.after).toEqual({
          lost: counts.sent - counts.delivered,
          indeterminate: count(history, (fate) => !isBack(fate) && fate.answer === 'is lost'),
        });
        const open = history.findIndex((fate) => !isBack(fate) && fate.answer === 'none yet');
        expect(losses.openFrom).toBe(open < 0 ? undefined : open);
      }),
    );
  });

  test('nothing above where the topic has been read is lost', () => {
    fc.assert(
      fc.property(fates, fc.nat(30), (history, readTo) => {
        const book = play(history);
        const losses = book.settle(-1, { passed: ({ offset }) => offset < BigInt(readTo), toTheEnd: false });

        const gone = (fate: Fate, index: number) =>
          fate.written && !fate.kept && fate.answer === 'arrives' && index < readTo;
        expect(losses.after).toEqual({ lost: history.filter(gone).length, indeterminate: 0 });
      }),
    );
  });
});

test('what is settled is not counted again', () => {
  const book = play([{ written: true, answer: 'arrives', kept: false, reads: 1, backBeforeAnswer: false }]);
  const read = { passed: () => true, toTheEnd: true };

  expect(book.settle(0, read).before).toEqual({ lost: 1, indeterminate: 0 });
  expect(book.settle(0, read).before).toEqual({ lost: 0, indeterminate: 0 });
});

test('the way there and back is told once', () => {
  const book = new CanaryBook();
  book.announce('a', 100);

  expect([book.returned('a', 130), book.returned('a', 140), book.returned('stranger', 150)]).toEqual([
    30,
    undefined,
    undefined,
  ]);
  expect(book.take().canaryDuplicates).toBe(1);
});
