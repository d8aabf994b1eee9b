import { expect, test } from 'vitest';
import { judgeStream, type Situation } from '../../../src/probes/zmq-kv-events/verdict.ts';

const flowing: Situation = {
  connected: true,
  holeOpened: false,
  silentMs: 20,
  confirmed: true,
  staleMs: 5000,
  expectTraffic: false,
};
const quiet = { ...flowing, silentMs: 5001 };
const refused = { code: 'refused', reason: 'connection refused: nothing listens on the port' };

const rows: [string, Situation, string][] = [
  ['events arrive', flowing, 'good'],
  ['the last one came just lately enough', { ...flowing, silentMs: 5000 }, 'good'],
  [
    'the first attempt to connect still goes on',
    { ...flowing, connected: false },
    'unknown: still connecting for the first time',
  ],
  ['there is no connection', { ...flowing, connected: false, failure: refused }, `bad: ${refused.reason}`],
  [
    'this machine is at fault',
    {
      ...flowing,
      connected: false,
      failure: { code: 'local', reason: 'this machine cannot open a connection (EMFILE)' },
    },
    'unknown: this machine cannot open a connection (EMFILE)',
  ],
  ['a hole opened', { ...flowing, holeOpened: true }, 'bad: batches are missing in the sequence'],
  [
    'a payload cannot be read',
    { ...flowing, problem: 'the payload is cut short' },
    'bad: events cannot be read: the payload is cut short',
  ],
  [
    'nothing was ever seen',
    { connected: true, holeOpened: false, confirmed: false, staleMs: 5000, expectTraffic: true },
    'unknown: no event seen yet',
  ],
  [
    'an engine is silent that may be idle',
    quiet,
    'unknown: no events for more than 5s: silence alone cannot tell an idle engine from a partition',
  ],
  [
    'an engine is silent that answers completions',
    { ...quiet, traffic: { unheardMs: 5001 } },
    'bad: no events for more than 5s, although the engine answers completions',
  ],
  [
    'an engine is silent whose latest answer was just now',
    { ...quiet, traffic: { unheardMs: 100 } },
    'unknown: no events for more than 5s: silence alone cannot tell an idle engine from a partition',
  ],
  [
    'an engine is silent that answers nothing either',
    { ...quiet, traffic: { failure: 'status 500' } },
    'unknown: no events for more than 5s, and completions fail (status 500): the engine may have nothing to tell',
  ],
  [
    'nothing was ever seen of an engine that answers completions',
    {
      connected: true,
      holeOpened: false,
      confirmed: false,
      staleMs: 5000,
      expectTraffic: false,
      traffic: { unheardMs: 5001 },
    },
    'bad: subscribed, and completions are answered, but no event has ever come',
  ],
  ['an engine is silent that is kept busy', { ...quiet, expectTraffic: true }, 'bad: no events for more than 5s'],
  [
    'a new connection has brought nothing',
    { ...flowing, confirmed: false },
    'unknown: connected again, but no event has come since',
  ],
];

test.each(rows)('%s', (_what, situation, expected) => {
  const { outcome, reason } = judgeStream(situation);
  expect(reason === undefined ? outcome : `${outcome}: ${reason}`).toBe(expected);
});
