import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamChecker } from '../../../src/probes/zmq-kv-events/stream-checker.ts';
import { arrivalsOf, expectedOf, lifetimes, restartsShow } from './histories.ts';

interface Row {
  /** Sequence numbers as they arrive; `|` is a new connection, `'` marks another content than before, `*` none seen. */
  stream: string;
  arrivals: string;
  lost: number;
}

/** Plays a written-out stream: each item is a number with optional marks, time stamps rise with each new content. */
function play(stream: string): { checker: StreamChecker; arrivals: string } {
  const checker = new StreamChecker();
  const arrivals: string[] = [];
  let connection = 1;
  for (const item of stream.split(' ')) {
    if (item === '|') {
      connection++;
      continue;
    }
    const generation = item.length - item.replaceAll("'", '').length;
    const seq = Number.parseInt(item, 10);
    const at = arrivals.length + 1;
    const stampMs = generation * 1000 + seq;
    arrivals.push(checker.observe({ seq: BigInt(seq), fingerprint: stampMs, at, connection, stampMs }));
  }
  return { checker, arrivals: arrivals.join(' ') };
}

const rows: Record<string, Row> = {
  'an unbroken stream loses nothing': { stream: '0 1 2 3', arrivals: 'first next next next', lost: 0 },
  'joining late is not loss': { stream: '70 71', arrivals: 'first next', lost: 0 },
  'a jump opens a hole': { stream: '0 1 5', arrivals: 'first next jump', lost: 3 },
  'a late one fills its hole': { stream: '0 2 1 3', arrivals: 'first jump late next', lost: 0 },
  'late ones split a hole': { stream: '0 6 3 2', arrivals: 'first jump late late', lost: 3 },
  'the same content again is a duplicate': {
    stream: '0 1 1 0 2',
    arrivals: 'first next duplicate duplicate next',
    lost: 0,
  },
  'a late one may come twice': { stream: '0 2 1 1', arrivals: 'first jump late duplicate', lost: 0 },
  'one from before we joined is late, not a restart': {
    stream: '10 11 9 12',
    arrivals: 'first next late next',
    lost: 0,
  },
  'a restart is seen by other content': { stream: "0 1 2 0' 1'", arrivals: 'first next next restart next', lost: 0 },
  'a restart on a new connection misses what came before': {
    stream: "0 1 2 3 4 | 2' 3'",
    arrivals: 'first next next next next restart next',
    lost: 2,
  },
  'a restart keeps what the lifetime before it lost': {
    stream: "0 3 | 0' 2'",
    arrivals: 'first jump restart jump',
    lost: 3,
  },
  'a restart into an old hole is seen on a new connection': {
    stream: "0 1 9 | 5' 6'",
    arrivals: 'first next jump restart next',
    lost: 12,
  },
  'a newer time stamp in an old hole is a restart': {
    stream: "0 1 9 5' 6'",
    arrivals: 'first next jump restart next',
    lost: 7,
  },
  'a new connection without a restart goes on': { stream: '0 1 | 4', arrivals: 'first next jump', lost: 2 },
  'a duplicate on a new connection is a duplicate': {
    stream: '0 1 | 1 2',
    arrivals: 'first next duplicate next',
    lost: 0,
  },
  'two restarts are two': {
    stream: "5 6 | 0' 1' | 0'' 1''",
    arrivals: 'first next restart next restart next',
    lost: 0,
  },
};

describe('the stream checker', () => {
  test.each(Object.entries(rows))('%s', (_sentence, row) => {
    const { checker, arrivals } = play(row.stream);

    expect(arrivals).toBe(row.arrivals);
    expect(Number(checker.missing)).toBe(row.lost);
    const settled = checker.settle(0);
    expect(Number(settled.lostBefore + settled.lostAfter)).toBe(row.lost);
  });

  test('counts losses once, and what arrives for them afterwards is late', () => {
    const { checker } = play('0 1 5');
    expect(checker.settle(0).lostAfter).toBe(3n);

    const late = checker.observe({ seq: 3n, fingerprint: 3, at: 9, connection: 1, stampMs: 3 });

    expect(late).toBe('late');
    expect(checker.missing).toBe(0n);
    expect(checker.settle(0).lostAfter).toBe(0n);
  });

  test('tells what was sent while we were away from what an open connection missed', () => {
    const { checker } = play('0 2 | 5 6 8');
    expect(checker.settle(0).lost).toEqual([
      { from: 1n, to: 1n, openedAt: 2 },
      { from: 3n, to: 4n, openedAt: 3, away: true },
      { from: 7n, to: 7n, openedAt: 5 },
    ]);
  });

  test('splits losses by when their hole opened', () => {
    const { checker } = play('0 2 5');
    const settled = checker.settle(2);
    expect([settled.lostBefore, settled.lostAfter]).toEqual([1n, 2n]);
  });

  test('keeps exact ranges beyond the numbers that JavaScript can tell apart', () => {
    const checker = new StreamChecker();
    const base = 2n ** 53n;
    for (const seq of [base, base + 2n])
      checker.observe({ seq, fingerprint: Number(seq - base), at: 1, connection: 1 });
    expect(checker.openHoles).toEqual([{ from: base + 1n, to: base + 1n, openedAt: 1 }]);
  });

  test('bears a publisher that skips every other position, in bounded memory', () => {
    const checker = new StreamChecker();
    for (let seq = 0n; seq < 60_000n; seq += 2n)
      checker.observe({ seq, fingerprint: Number(seq), at: 1, connection: 1, stampMs: Number(seq) });
    expect(checker.openHoles.length).toBeLessThanOrEqual(10_000);
    expect(checker.missing).toBe(29_999n);
    expect(checker.settle(0).lostAfter).toBe(29_999n);
  });

  test('a jump to the end of all numbers is a number, not a crash', () => {
    const { checker } = play('0');
    checker.observe({ seq: 2n ** 64n - 2n, fingerprint: 1, at: 2, connection: 1 });
    expect(Number.isFinite(Number(checker.missing))).toBe(true);
  });
});

test('loss, order, duplicates and restarts of generated histories are found exactly', () => {
  fc.assert(
    fc.property(lifetimes, (history) => {
      const arrivals = arrivalsOf(history);
      fc.pre(restartsShow(arrivals));
      const checker = new StreamChecker();

      const kinds = arrivals.map((arrival, at) => checker.observe({ ...arrival, at }));

      const count = (kind: string) => kinds.filter((each) => each === kind).length;
      const settled = checker.settle(-1);
      const found = {
        lost: Number(settled.lostAfter),
        late: count('late'),
        duplicates: count('duplicate'),
        restarts: count('restart'),
      };
      expect(found).toEqual(expectedOf(arrivals));
    }),
    { numRuns: 1000 },
  );
});
