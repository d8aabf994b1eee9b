import { expect, test } from 'vitest';
import { accountOf } from '../../../src/probes/zmq-kv-events/account.ts';
import type { Hole } from '../../../src/probes/zmq-kv-events/holes.ts';

function hole(from: bigint, to: bigint, more: Partial<Hole> = {}): Hole {
  return { from, to, openedAt: 5, ...more };
}

test('each cause of loss has its own exact positions', () => {
  const account = accountOf({
    settled: {
      lostBefore: 0n,
      lostAfter: 16n,
      lost: [hole(1n, 2n), hole(10n, 19n), hole(30n, 33n, { away: true })],
      ofEarlierLifetimes: 1,
      beyondRecall: 2n,
    },
    recovery: { recovered: [hole(20n, 20n)], requests: 3, problem: 'why', reachesBackTo: 15n },
    firstReadingTo: 1,
    knownTo: 9,
  });

  expect(account).toEqual({
    lost: { early: 0, later: 16 },
    recovered: { early: 0, later: 1 },
    knownTo: 9,
    reason: 'batches are lost: why',
    detail: {
      lost: {
        ranges: [
          ['1', '2'],
          ['10', '19'],
          ['30', '33'],
        ],
      },
      whileAway: { ranges: [['30', '33']] },
      ofAnEndedLifetime: { ranges: [['1', '2']] },
      beforeTheBuffer: { ranges: [['10', '14']] },
      leftOutByTheReplay: {
        ranges: [
          ['15', '19'],
          ['30', '33'],
        ],
      },
      recovered: 1,
      replayRequests: 3,
      replayReachesBackTo: '15',
    },
  });
});

test('an unknown tail is told with the position that it follows, and is no loss', () => {
  const account = accountOf({
    settled: { lostBefore: 0n, lostAfter: 0n, lost: [], ofEarlierLifetimes: 0, beyondRecall: 0n },
    recovery: { recovered: [], requests: 0, problem: 'the plan names no replay to ask' },
    firstReadingTo: 1,
    knownTo: 4,
    tail: { after: 2n ** 63n, problem: 'there is no connection' },
  });

  expect(account).toMatchObject({
    lost: { early: 0, later: 0 },
    reason: 'what came last is unknown: there is no connection',
    detail: { unknownAfter: '9223372036854775808' },
  });
});

test('a stream that was whole has nothing to tell', () => {
  const account = accountOf({
    settled: { lostBefore: 0n, lostAfter: 0n, lost: [], ofEarlierLifetimes: 0, beyondRecall: 0n },
    recovery: { recovered: [], requests: 0 },
    firstReadingTo: 1,
    knownTo: 9,
  });
  expect(Object.keys(account)).toEqual(['lost', 'recovered', 'knownTo']);
});
