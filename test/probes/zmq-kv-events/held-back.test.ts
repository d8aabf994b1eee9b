import { expect, test } from 'vitest';
import { zmqKvEventsProbe } from '../../../src/probes/zmq-kv-events/probe.ts';
import { openProbe } from '../session.ts';
import { relayTo } from './relay.ts';
import { SmallEngine } from './small-engine.ts';
import { drain, settle, subscribed, sum } from './subscribed.ts';

async function publishSlowly(engine: SmallEngine, batches: number): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    await engine.publish(1);
    await settle(25);
  }
}

test.concurrent('what a connection holds back comes delayed and in order, and is neither lost nor late nor recovered', async () => {
  await using engine = await SmallEngine.start();
  await using relay = await relayTo(engine.events);
  const config = { events: relay.endpoint, replay: engine.replay, stale: '300ms' };
  const opened = await openProbe(zmqKvEventsProbe, config);
  await settle();
  await publishSlowly(engine, 4);
  const before = await opened.sample();

  relay.hold();
  await publishSlowly(engine, 20);
  const during = await opened.sample();
  relay.release();
  await settle(50);
  await engine.publish(1);
  await settle(50);
  const after = await opened.sample();
  const finals = await drain(opened);
  await opened.close();

  expect(before.values).toMatchObject({ delayed: 0 });
  expect(during).toMatchObject({ outcome: 'unknown', values: { received: 0, missing: 0, connected: 1 } });
  expect(after).toMatchObject({ outcome: 'good', values: { received: 21, late: 0, duplicates: 0, missing: 0 } });
  expect(after.values['delayed']).toBeGreaterThan(3);
  expect(after.values['delayed']).toBeLessThan(20);
  expect(after.values['ageMs']).toBeGreaterThan(300);
  expect([sum(finals, 'lost'), sum(finals, 'recovered')]).toEqual([0, 0]);
});

test.concurrent('what is still held back at the end is known by replay, and no duplicate when it comes', async () => {
  await using engine = await SmallEngine.start();
  await using relay = await relayTo(engine.events);
  const config = { events: relay.endpoint, replay: engine.replay, stale: '200ms', expectTraffic: true };
  const opened = await openProbe(zmqKvEventsProbe, config);
  await settle();
  await publishSlowly(engine, 2);
  await opened.sample();
  relay.hold();
  await publishSlowly(engine, 10);

  const [tail, , losses] = await drain(opened);
  relay.release();
  await settle(50);
  const after = await opened.sample();
  await opened.close();

  expect(losses!.values).toEqual({ lost: 0, recovered: 10 });
  expect(losses!.covers[1]).toBeGreaterThan(tail!.covers[0]);
  expect(after.values).toMatchObject({ received: 10, duplicates: 0, late: 0, missing: 0 });
});

test.concurrent('without a replay the end of a silence is unknown, not whole', async () => {
  await using engine = await SmallEngine.start();
  const opened = await subscribed(engine, { stale: '100ms' });
  await opened.sample();
  await engine.publish(1);
  await settle(200);
  await opened.sample();

  const [tail, , losses] = await drain(opened);
  await opened.close();

  expect(losses!.covers[1]).toBeLessThan(tail!.covers[0]);
  expect(losses!.reason).toBe('what came last is unknown: silence alone cannot tell an idle engine from a partition');
});

test.concurrent("a step of the engine's clock is shown as that, and neither as age nor as loss", async () => {
  await using engine = await SmallEngine.start();
  const opened = await subscribed(engine);
  const shifts: number[] = [];
  for (const clockAheadMs of [0, 30_000, 0]) {
    engine.clockAheadMs = clockAheadMs;
    await publishSlowly(engine, 3);
    const reading = await opened.sample();
    expect(reading).toMatchObject({ outcome: 'good', values: { delayed: 0, late: 0, missing: 0 } });
    expect(reading.values['ageMs']).toBeLessThan(1000);
    shifts.push(Math.round(reading.values['clockShiftMs']! / 1000) + 0);
  }
  await opened.close();
  expect(shifts).toEqual([0, 30, 0]);
});

test.concurrent('after a step of the clock a late batch with a stamp from before it is late, and no restart', async () => {
  await using engine = await SmallEngine.start();
  const opened = await subscribed(engine);
  engine.clockAheadMs = 30_000;
  await engine.publish(4, { lost: [2] });
  engine.clockAheadMs = 0;
  await engine.publish(2);
  await engine.send(2n, engine.kept.get(2n)!);
  await settle(50);

  const reading = await opened.sample();
  const finals = await drain(opened);
  await opened.close();

  expect(reading.values).toMatchObject({ late: 1, backward: 0, missing: 0 });
  expect(sum(finals, 'lost')).toBe(0);
});
