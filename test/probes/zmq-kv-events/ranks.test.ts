import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { zmqKvEventsProbe } from '../../../src/probes/zmq-kv-events/probe.ts';
import { problemOfReading } from '../../../src/scheduler/reading-check.ts';
import { SmallEngine } from './small-engine.ts';
import { drain, settle, subscribed, sum } from './subscribed.ts';

/** An engine's ranks 0 and 1, at neighbouring ports below those that the system gives away by itself. */
async function twoRanks(): Promise<[SmallEngine, SmallEngine]> {
  for (let tries = 0; tries < 20; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const first = await engineAt(port);
    const second = await engineAt(port + 1);
    if (first && second) return [first, second];
    await first?.[Symbol.asyncDispose]();
    await second?.[Symbol.asyncDispose]();
  }
  throw new Error('no neighbouring ports are free');
}

/** Nothing where a port is taken. */
function engineAt(port: number): Promise<SmallEngine | undefined> {
  const at = { events: `tcp://127.0.0.1:${port}`, replay: `tcp://127.0.0.1:${port + 2}` };
  return SmallEngine.start('with topic', at).catch(() => undefined);
}

/** libzmq lets go of a port some time after it was told to. */
async function untilRefused(endpoint: string): Promise<void> {
  const refused = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
      socket
        .once('connect', () => resolve(false))
        .once('error', ({ message }) => resolve(/ECONNREFUSED/.test(message)));
      socket.once('close', () => resolve(false)).once('connect', () => socket.destroy());
    });
  await expect.poll(refused, { interval: 10, timeout: 5_000 }).toBe(true);
}

describe("an engine's data-parallel ranks", () => {
  test('are followed each by itself, and told together', async () => {
    const [first, second] = await twoRanks();
    await using _first = first;
    await using _second = second;
    const opened = await subscribed(first, { replay: first.replay, ranks: 2 });
    await opened.sample();
    await first.publish(4);
    await second.publish(10, { lost: [3], vanished: [5, 6] });
    await settle(80);

    const reading = await opened.sample();
    const finals = await drain(opened);
    await opened.close();

    expect(problemOfReading(reading, zmqKvEventsProbe.values)).toBeUndefined();
    expect(reading).toMatchObject({
      outcome: 'bad',
      reason: 'rank 1: batches are missing in the sequence',
      values: { received: 11, missing: 3, connected: 1 },
      parts: [
        { labels: { rank: '0' }, outcome: 'good', values: { received: 4, missing: 0 } },
        { labels: { rank: '1' }, outcome: 'bad', values: { received: 7, missing: 3 } },
      ],
    });
    expect([sum(finals, 'recovered'), sum(finals, 'lost')]).toEqual([1, 2]);
    expect(finals.at(-1)).toMatchObject({
      reason: 'rank 1: batches are lost: the replay left positions out',
      detail: { 'rank 1': { leftOutByTheReplay: { ranges: [['5', '6']] } } },
    });
  });

  test('of which one is not there make the whole bad, and no claim about losses', async () => {
    const [engine, gone] = await twoRanks();
    await using _engine = engine;
    await gone[Symbol.asyncDispose]();
    await untilRefused(gone.events);
    const opened = await subscribed(engine, { ranks: 2 });
    await opened.sample();
    await engine.publish(3);
    await settle(50);

    const reading = await opened.sample();
    const finals = await drain(opened);
    await opened.close();

    expect(reading).toMatchObject({
      outcome: 'bad',
      reason: 'rank 1: connection refused: nothing listens on the port',
      values: { connected: 0, received: 3 },
    });
    expect(finals.at(-1)!.reason).toBe('rank 1: what came last is unknown: no event has ever been seen');
    const [from, to] = finals.at(-1)!.covers;
    expect(to - from).toBe(0);
  });

  test('may not reach into the ports of the replay', () => {
    const config = { events: 'tcp://vllm:5557', replay: 'tcp://vllm:5558', ranks: 2 };
    expect(zmqKvEventsProbe.config.safeParse(config).error?.issues[0]).toMatchObject({
      path: ['replay'],
      message: 'the ports of 2 ranks overlap: expected replay and events at least 2 apart',
    });
    expect(zmqKvEventsProbe.config.safeParse({ ...config, replay: 'tcp://vllm:5559' }).success).toBe(true);
    expect(zmqKvEventsProbe.config.safeParse({ ...config, replay: 'tcp://other:5558' }).success).toBe(true);
  });
});
