import { expect, test } from 'vitest';
import { freePorts } from '../../../lab/processes/ports.ts';
import { createGoalEvents } from '../../../lab/workloads/goals/goal-events.ts';
import { keepAsking } from '../../../lab/workloads/keep-asking.ts';
import { causesOf, watchPeer } from '../../../lab/workloads/own-log.ts';

test.each<[string, unknown, string]>([
  ['itself', new Error('no'), 'no'],
  ['and its cause', new Error('no', { cause: new Error('because\n  of this') }), 'no: because of this'],
  ['and the first of several', new AggregateError([new Error('one'), new Error('two')], 'both'), 'both: one'],
  ['where it is no error', 'refused', 'refused'],
])('an error is told in one line: %s', (_, error, line) => {
  expect(causesOf(error)).toBe(line);
});

test('a peer that does not answer is told once, with the cause, and once that it is back', async () => {
  const said: string[] = [];
  const ending = new AbortController();
  const answers = [true, false, true];
  const ask = async () => {
    if (!answers.shift()) throw new Error('connect ETIMEDOUT');
    if (answers.length === 0) ending.abort();
  };
  const peer = watchPeer('Temporal at 10.0.0.1:7233', (level, text) => said.push(`${level} ${text}`));

  await keepAsking(ask, peer, ending.signal, 1);

  expect(said).toEqual([
    'ERROR lost Temporal at 10.0.0.1:7233: connect ETIMEDOUT',
    'INFO Temporal at 10.0.0.1:7233 is back',
  ]);
});

test('an event that Kafka does not take is told with the broker and the cause', async () => {
  const [port] = await freePorts(1);
  const said: string[] = [];
  const events = createGoalEvents('test', [`127.0.0.1:${port}`], (level, text) => said.push(`${level} ${text}`));
  const sending = events.emitGoal({ eventType: 'GOAL_STARTED', goalRunId: 'g', tenantId: 't', payload: {} });

  await expect(sending).rejects.toThrow(
    new RegExp(`^Kafka at 127\\.0\\.0\\.1:${port} did not take it: .*ECONNREFUSED`),
  );
  expect(said).toEqual([
    expect.stringMatching(new RegExp(`^ERROR lost Kafka at 127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`)),
  ]);
  await events.close();
});
