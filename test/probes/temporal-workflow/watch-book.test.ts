import { describe, expect, test } from 'vitest';
import { type End, type Followed, noteTries } from '../../../src/probes/temporal-workflow/followed.ts';
import { queryFor } from '../../../src/probes/temporal-workflow/listing.ts';
import { temporalWorkflowProbe } from '../../../src/probes/temporal-workflow/probe.ts';
import { WatchBook } from '../../../src/probes/temporal-workflow/watch-book.ts';
import { problemOfFinal } from '../../../src/scheduler/reading-check.ts';

const run = (workflowId: string, runId = `${workflowId}-1`) => ({ workflowId, runId, startedMs: 0 });
const GOOD: End = { how: 'completed', outcome: 'good', notAfter: 50 };

function bookWith(...ids: string[]): {
  book: WatchBook;
  one(id: string): Followed;
  meet(id: string, runId?: string): void;
} {
  const book = new WatchBook(0);
  const meet = (id: string, runId?: string) =>
    book.meet(
      [run(id, runId)],
      () => 5,
      () => true,
    );
  for (const id of ids) meet(id);
  return { book, meet, one: (id) => book.open.find(({ workflowId }) => workflowId === id)! };
}

describe('the books of what is watched', () => {
  test('each way to end has its count', () => {
    const ends: End[] = [
      GOOD,
      { how: 'completed', outcome: 'bad', reason: 'result differs', notAfter: 50 },
      { how: 'lost', outcome: 'bad', notAfter: 50 },
      { how: 'timedOut', outcome: 'bad', notAfter: 50 },
      { how: 'terminated', outcome: 'bad', notAfter: 50 },
      { how: 'cancelled', outcome: 'bad', notAfter: 50 },
    ];
    const { book, one } = bookWith(...ends.map((_, index) => `w${index}`));
    for (const [index, end] of ends.entries()) book.close(one(`w${index}`), end);

    expect(book.counts.take(60).values).toEqual({
      ...{ started: 0, ended: 6, completed: 1, failed: 2, timedOut: 1, terminated: 1, cancelled: 1, moved: 0 },
    });
    expect(book.takeNews()).toEqual({ reason: 'result differs' });
    expect(book.takeNews(), 'they are news once').toEqual({});
  });

  test('visibility, which lags, does not bring back one that has ended', () => {
    const { book, one, meet } = bookWith('w');
    book.close(one('w'), GOOD);
    meet('w');

    expect(book.open).toEqual([]);
  });

  test('a run that continues one that is followed is no new workflow', () => {
    const { book, one, meet } = bookWith('w');
    book.confirm(one('w'), 'w-1');
    meet('w', 'w-2');
    book.moveOn(one('w'), 'w-2');
    book.close(one('w'), GOOD);
    meet('w', 'w-2');

    expect(book.open).toEqual([]);
    expect(book.counts.take(60).values).toMatchObject({ started: 1, ended: 1 });
    expect(book.tell(60).lives).toMatchObject([{ id: 'w/w-1', within: [5, 50] }]);
  });

  test('an id that is used again is another workflow', () => {
    const { book, one, meet } = bookWith('w');
    book.confirm(one('w'), 'w-1');
    book.close(one('w'), GOOD);
    meet('w', 'w-2');
    book.confirm(one('w'), 'w-2');

    expect(book.counts.take(60).values).toMatchObject({ started: 2, ended: 1 });
  });

  test('of one that was met in a later run nobody knows when it began', () => {
    const { book, one } = bookWith('w');
    book.confirm(one('w'), 'w-0');

    expect(one('w').notBefore).toBeNull();
    expect(book.counts.take(60).values.started).toBe(0);
  });

  test('what still runs is told as such each time, and what ended once', () => {
    const { book, one } = bookWith('runs', 'ends', 'silent');
    Object.assign(one('runs'), { seen: [10, 40], lastLook: 'running' });
    Object.assign(one('silent'), { seen: [10, 20], lastLook: { kind: 'unreachable', reason: 'no answer' } });
    book.close(one('ends'), GOOD);

    const [first, second] = [book.tell(60).lives, book.tell(70).lives];

    expect(first.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['good', undefined],
      ['bad', 'the workflow still runs'],
      ['unknown', 'no answer'],
    ]);
    expect(first[1]).toMatchObject({ seen: [10, 40], within: [5, null] });
    expect(second.map(({ outcome }) => outcome)).toEqual(['bad', 'unknown']);
  });

  test('each is told by the name that others know, and when it ended as narrowly as it was seen', () => {
    const { book, one } = bookWith('seen', 'unseen', 'runs');
    Object.assign(one('seen'), { seen: [10, 40], lastLook: 'running' });
    Object.assign(one('runs'), { seen: [10, 40], lastLook: 'running' });
    book.close(one('seen'), GOOD);
    book.close(one('unseen'), GOOD);

    expect(book.tell(60).lives.map(({ key, ended }) => [key, ended])).toEqual([
      ['seen', [40, 50]],
      ['unseen', [5, 50]],
      ['runs', undefined],
    ]);
  });

  test('who took which attempt is told of activities that were tried again, and never at more length than can be recorded', () => {
    const ids = Array.from({ length: 500 }, (_, index) => `w${index}`);
    const { book, one } = bookWith(...ids);
    const attempt = (id: string, number: number, worker: string) => ({ id, activity: 'step', attempt: number, worker });
    for (const id of ids) {
      noteTries(one(id), [attempt('1', 1, 'a'), attempt('2', 1, 'a'), attempt('2', 2, '"'.repeat(80))]);
      book.close(one(id), { how: 'failed', outcome: 'bad', reason: 'x', notAfter: 50 });
    }

    const { stories, lives } = book.tell(60);

    expect(stories[0]).toMatchObject({
      workflow: 'w0',
      tries: [
        { activity: 'step', attempt: 1, worker: 'a' },
        { activity: 'step', attempt: 2 },
      ],
    });
    expect(lives).toHaveLength(500);
    const final = { covers: [0, 60] as [number, number], values: {}, lives, detail: { workflows: stories } };
    expect(problemOfFinal(final, {})).toBeUndefined();
  });

  test('what could not be followed may have been in flight at any time', () => {
    const { book } = bookWith();
    book.overlook('too many');

    expect(book.tell(60).lives).toMatchObject([{ outcome: 'unknown', within: [null, null], reason: 'too many' }]);
    expect(book.tell(70).lives).toEqual([]);
  });
});

describe('what visibility is asked for', () => {
  const watched = { workflowType: "o'run", taskQueue: 'q', idPrefix: 'steadfast-', query: undefined };
  const since = '1970-01-01T00:00:01.000Z';
  const lately = `StartTime >= '${since}' OR (CloseTime >= '${since}' AND ExecutionStatus != 'ContinuedAsNew')`;
  const ours = `WorkflowType = 'o''run' AND (ExecutionStatus = 'Running' OR ${lately})`;

  test('those that run, and those that began or closed lately', () => {
    expect(queryFor(watched, 1000)).toBe(ours);
  });

  test('an own filter narrows it down, whatever it holds', () => {
    expect(queryFor({ ...watched, query: 'A = 1 OR B = 2' }, 1000)).toBe(`${ours} AND (A = 1 OR B = 2)`);
  });
});

describe('the config', () => {
  const base = { address: 'a:7233', taskQueue: 'q', workflowType: 'w' };
  const cases: Record<string, [config: object, fits: boolean]> = {
    'watching needs nothing more': [{ ...base, watch: {} }, true],
    'watching may be narrowed down': [{ ...base, watch: { query: "Tenant = 't'" }, expect: { status: 'DONE' } }, true],
    'watching takes no arguments of canaries': [{ ...base, watch: {}, args: [1] }, false],
    'watching nudges nobody': [{ ...base, watch: {}, nudge: { kind: 'signal', name: 's' } }, false],
  };

  test.for(Object.entries(cases))('%s', ([, [config, fits]]) => {
    expect(temporalWorkflowProbe.config.safeParse(config).success).toBe(fits);
  });

  test('it follows what is in flight where it watches, and nowhere else', () => {
    const follows = (config: object) => temporalWorkflowProbe.follows?.(temporalWorkflowProbe.config.parse(config));

    expect([follows({ ...base, watch: {} }), follows(base)]).toEqual([true, false]);
  });
});
