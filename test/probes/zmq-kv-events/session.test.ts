import { describe, expect, test } from 'vitest';
import type { FinalReading, Reading } from '../../../src/probes/contract.ts';
import { zmqKvEventsProbe } from '../../../src/probes/zmq-kv-events/probe.ts';
import { problemOfReading } from '../../../src/scheduler/reading-check.ts';
import { closedPort, greeting, rawPeer, ready } from '../lib/zmtp/raw-peer.ts';
import { openProbe } from '../session.ts';
import { SmallEngine } from './small-engine.ts';
import { drain, holesBetween, settle, subscribed, sum } from './subscribed.ts';

describe('a healthy stream', () => {
  test('is good, and every batch is counted once however often and however overlapping it is sampled', async () => {
    await using engine = await SmallEngine.start();
    const opened = await subscribed(engine);
    const readings: Reading[] = [];

    for (let round = 0; round < 5; round++) {
      await engine.publish(40);
      await settle(20);
      readings.push(...(await Promise.all([opened.sample(), opened.sample(), opened.sample()])));
    }
    const finals = await drain(opened);
    await opened.close();

    const all = [...readings, finals[0]!];
    expect(readings.filter((reading) => reading.outcome !== 'good')).toEqual([]);
    expect(readings.map((reading) => problemOfReading(reading, zmqKvEventsProbe.values)).filter(Boolean)).toEqual([]);
    expect([sum(all, 'received'), sum(all, 'events'), sum(all, 'stored')]).toEqual([200, 200, 200]);
    expect(holesBetween(all)).toBe(0);
    expect(sum(finals, 'lost')).toBe(0);
    expect(readings.at(-1)?.values).toMatchObject({ connected: 1, missing: 0, duplicates: 0 });
    expect(readings[0]?.values['delayMs']).toBeLessThan(1000);
  });

  test('counts afresh after a drain, and the losses of each experiment join without a hole', async () => {
    await using engine = await SmallEngine.start();
    const opened = await subscribed(engine);
    const experiments: FinalReading[][] = [];

    for (const lost of [[3], [12, 14]]) {
      await opened.sample();
      await engine.publish(10, { lost });
      await settle(50);
      await opened.sample();
      experiments.push(await drain(opened));
    }
    await opened.close();

    expect(experiments.map((finals) => sum(finals, 'lost'))).toEqual([1, 2]);
    const losses = experiments.flat().filter((final) => final.values['lost'] !== undefined);
    expect(holesBetween(losses)).toBe(0);
    expect(losses).toHaveLength(4);
  });

  test('may be one of several topics', async () => {
    await using engine = await SmallEngine.start();
    const opened = await subscribed(engine, { topic: 'other' });
    await engine.publish(3);
    await settle(50);
    expect(await opened.sample()).toMatchObject({ outcome: 'unknown', reason: 'no event seen yet' });
    await opened.close();
  });
});

describe('silence', () => {
  test('is unknown where the engine may be idle', async () => {
    await using engine = await SmallEngine.start();
    const opened = await subscribed(engine, { stale: '200ms' });
    await engine.publish(1);
    await settle(50);
    expect((await opened.sample()).outcome).toBe('good');
    await settle(250);

    const reading = await opened.sample();

    expect(reading.outcome).toBe('unknown');
    expect(reading.reason).toContain('silence alone cannot tell an idle engine from a partition');
    expect(reading.values['stalenessMs']).toBeGreaterThan(200);
    await opened.close();
  });

  test('is bad where the engine is kept busy, and losses are then not known up to the end', async () => {
    await using engine = await SmallEngine.start();
    const opened = await subscribed(engine, { stale: '200ms', expectTraffic: true });
    await opened.sample();
    await engine.publish(1);
    await settle(300);

    expect(await opened.sample()).toMatchObject({ outcome: 'bad', reason: 'no events for more than 200ms' });
    const [tail, , losses] = await drain(opened);

    expect(losses!.covers[1]).toBeLessThan(tail!.covers[0]);
    await opened.close();
  });

  test('from the beginning tells nothing, and no loss is claimed', async () => {
    await using engine = await SmallEngine.start();
    const opened = await subscribed(engine);

    expect(await opened.sample()).toMatchObject({ outcome: 'unknown', reason: 'no event seen yet' });
    const finals = await drain(opened);

    expect(finals).toHaveLength(1);
    expect(finals[0]!.reason).toBe('no event has ever been seen, so losses are unknown');
    expect(finals[0]!.values).not.toHaveProperty('lost');
    await opened.close();
  });
});

describe('a publisher', () => {
  test('that restarts is one step backwards, and what it sent before we were back is lost', async () => {
    const first = await SmallEngine.start();
    const opened = await subscribed(first, { replay: first.replay });
    await opened.sample();
    await first.publish(30);
    await settle(50);
    expect((await opened.sample()).outcome).toBe('good');
    await first[Symbol.asyncDispose]();
    await expect.poll(async () => (await opened.sample()).reason, { timeout: 5000 }).toMatch(/refused/);

    await using second = await SmallEngine.start('with topic', first);
    second.next = 2n;
    await expect.poll(async () => (await opened.sample()).values['connected'], { timeout: 5000 }).toBe(1);
    await settle();
    await second.publish(5);
    await settle(100);
    const reading = await opened.sample();
    const finals = await drain(opened);
    await opened.close();

    expect(reading.values).toMatchObject({ backward: 1, connected: 1 });
    expect(sum([reading, ...finals], 'received')).toBe(5);
    expect(sum(finals, 'lost')).toBe(2);
    expect(finals.at(-1)!.reason).toBe("batches are lost: the publisher's buffer does not reach back far enough");
  });

  test('that sends what is no batch is bad, and the connection stays', async () => {
    await using engine = await SmallEngine.start();
    const opened = await subscribed(engine);
    await engine.publish(1);
    await engine.send(1n, Buffer.from('not msgpack at all'));
    await settle(50);

    const bad = await opened.sample();
    engine.next = 2n;
    await engine.publish(1);
    await settle(50);
    const good = await opened.sample();
    await opened.close();

    expect(bad).toMatchObject({ outcome: 'bad', values: { decodeErrors: 1, received: 2 } });
    expect(bad.reason).toMatch(/^events cannot be read: the payload /);
    expect(good).toMatchObject({ outcome: 'good', values: { connected: 1, reconnects: 0, missing: 0 } });
  });

  test('that is not there gives the reason, and no claim about losses after the last batch', async () => {
    const engine = await SmallEngine.start();
    const opened = await subscribed(engine);
    await opened.sample();
    await engine.publish(3);
    await settle(50);
    await engine[Symbol.asyncDispose]();
    await expect.poll(async () => (await opened.sample()).reason, { timeout: 5000 }).toMatch(/^connection refused/);

    const [tail, , losses] = await drain(opened);
    await opened.close();

    expect(tail!.values).toMatchObject({ received: 0 });
    expect(losses!.covers[1]).toBeLessThan(tail!.covers[0]);
  });

  test('of garbage at full speed is counted and never crashes', async () => {
    const garbage = Buffer.concat([Buffer.from([1, 0, 1, 8]), Buffer.alloc(8, 7), Buffer.from([0, 3, 1, 2, 3])]);
    await using peer = await rawPeer((socket) => {
      for (const bytes of [greeting(), ready(), Buffer.alloc(garbage.length * 5000, garbage)]) socket.write(bytes);
    });
    const opened = await openProbe(zmqKvEventsProbe, { events: peer.endpoint });
    await settle(300);

    const reading = await opened.sample();

    expect(reading).toMatchObject({ outcome: 'bad', values: { decodeErrors: 5000, received: 5000, duplicates: 4999 } });
    await opened.close();
    await expect.poll(() => peer.open()).toBe(0);
  });
});

test('a session whose publisher never was there opens, says so, drains and closes', async () => {
  const opened = await openProbe(zmqKvEventsProbe, { events: `tcp://127.0.0.1:${await closedPort()}` });

  expect(await opened.sample()).toMatchObject({
    outcome: 'bad',
    reason: 'connection refused: nothing listens on the port',
    values: { connected: 0 },
  });
  await expect(opened.session.sample(AbortSignal.abort())).rejects.toThrow();
  await drain(opened);
  await opened.close();
  await opened.close();
});

describe('a config', () => {
  const events = 'tcp://vllm:5557';
  test.each([
    ['without events', {}, 'Invalid input'],
    ['with the same port for both', { events, replay: events }, 'the replay endpoint has a port of its own'],
    ['with no time for silence', { events, stale: 0 }, 'expected more than 0'],
    ['with a bare number as time', { events, stale: '5' }, 'Invalid input'],
    ['with an unknown key', { events, expectTrafic: true }, 'Unrecognized key'],
  ])('%s is refused', (_what, config, message) => {
    const parsed = zmqKvEventsProbe.config.safeParse(config);
    expect(parsed.success).toBe(false);
    if (message !== 'Invalid input') expect(parsed.error?.issues[0]?.message).toContain(message);
  });
});
