import { afterEach, describe, expect, test } from 'vitest';
import { aibrixGatewayProbe } from '../../../src/probes/aibrix-gateway/probe.ts';
import type { FinalReading } from '../../../src/probes/contract.ts';
import { problemOfReading } from '../../../src/scheduler/reading-check.ts';
import { httpServer } from '../../loopback/servers.ts';
import { openProbe } from '../session.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const zmq = (name: string, value: number, labels = '', pod = 'ns/a') =>
  `aibrix_kvcache_zmq_${name}{pod_key="${pod}"${labels}} ${value}\n`;

/** A gateway that is well: all that AIBrix really counts of one engine. */
const well = (pod = 'ns/a', by = 0) =>
  zmq('connections_total', 1, '', pod) +
  zmq('connection_status', 1, '', pod) +
  zmq('missed_events_total', 2, '', pod) +
  zmq('events_received_total', 10 + by, ',event_type="BlockStored"', pod) +
  zmq('events_received_total', 3, ',event_type="BlockRemoved"', pod) +
  zmq('errors_total', 1, ',error_type="consume_events"', pod);

/** Shows the first text when the probe opens, then one after the other. */
async function readingsOf(texts: readonly (string | number)[], config: object = {}) {
  let turn = 0;
  const server = await httpServer((_request, response) => {
    const text = texts[Math.min(turn++, texts.length - 1)]!;
    if (typeof text === 'number') response.writeHead(text).end();
    else response.end(text);
  });
  cleanups.push(() => server.close());
  const probe = await openProbe(aibrixGatewayProbe, { url: `${server.url}/metrics`, ...config });
  cleanups.push(() => probe.close());
  const readings = [];
  for (let slot = 1; slot < texts.length; slot++) readings.push(await probe.sample());
  for (const reading of readings) expect(problemOfReading(reading, aibrixGatewayProbe.values)).toBeUndefined();
  return readings;
}

describe('what rose since the last look', () => {
  const cases: Record<string, { after: string; before?: string; expected: object }> = {
    'nothing of note is good': {
      after: well('ns/a', 5),
      expected: {
        outcome: 'good',
        values: { eventsReceived: 5, missedEvents: 0, zmqErrors: 0, pods: 1, connected: 1 },
      },
    },
    'missing batches are bad': {
      after: well().replace(/(missed_events_total\{.*\}) 2/, '$1 7'),
      expected: { outcome: 'bad', reason: 'batches of events are missing', values: { missedEvents: 5 } },
    },
    'batches that cannot be read are told from other errors': {
      after: well() + zmq('errors_total', 3, ',error_type="decode"'),
      expected: {
        outcome: 'bad',
        reason: 'batches of events could not be read',
        values: { zmqErrors: 3, decodeErrors: 3 },
      },
    },
    'requests that could not be routed are bad': {
      before: `${well()}aibrix_prefix_cache_routing_errors_total{reason="x"} 1\n`,
      after: `${well()}aibrix_prefix_cache_routing_errors_total{reason="x"} 2\n`,
      expected: { outcome: 'bad', reason: 'requests could not be routed', values: { routingErrors: 1 } },
    },
    'a new engine counts from nothing': {
      after: well() + well('ns/b'),
      expected: { values: { connections: 1, eventsReceived: 13, missedEvents: 2, pods: 2, connected: 2 } },
    },
    'a series that appears with its first count has risen': {
      before: well().replace(/.*missed_events.*\n/, ''),
      after: well(),
      expected: { outcome: 'bad', values: { missedEvents: 2 } },
    },
    'choices that matched are told from those that did not': {
      before: 'aibrix_prefix_cache_routing_decisions_total{match_percent_bucket="0"} 1\n',
      after: [
        'aibrix_prefix_cache_routing_decisions_total{match_percent_bucket="0"} 4',
        'aibrix_prefix_cache_routing_decisions_total{match_percent_bucket="76-100"} 5\n',
      ].join('\n'),
      expected: { values: { routingDecisions: 8, matchedDecisions: 5 } },
    },
  };

  test.for(Object.entries(cases))('%s', async ([, { before = well(), after, expected }]) => {
    const [reading] = await readingsOf([before, after]);

    expect(reading).toMatchObject(expected);
    expect(reading?.covers?.[1]).toBeGreaterThanOrEqual(reading!.covers![0]);
  });

  test('is known for each engine, so that one that is in trouble is seen', async () => {
    const trouble = well('ns/b').replace(/(missed_events_total\{.*\}) 2/, '$1 3');
    const [reading] = await readingsOf([well() + well('ns/b'), well() + trouble]);

    expect(reading?.parts).toMatchObject([
      { labels: { pod_key: 'ns/a' }, outcome: 'good', values: { missedEvents: 0, connected: 1 } },
      {
        labels: { pod_key: 'ns/b' },
        outcome: 'bad',
        values: { missedEvents: 1 },
        reason: 'batches of events are missing',
      },
    ]);
  });
});

describe('an absent series is never a zero', () => {
  test('a gateway that shows none of them is unknown, with their names', async () => {
    const [reading] = await readingsOf(['up 1\n', 'up 1\n']);

    expect(reading).toMatchObject({ outcome: 'unknown', values: { absentSeries: 12 } });
    expect(reading?.reason).toBe(
      "absent from the gateway's metrics: aibrix_kvcache_zmq_connections_total, aibrix_kvcache_zmq_events_received_total, aibrix_kvcache_zmq_missed_events_total",
    );
    expect(reading?.values).not.toHaveProperty('missedEvents');
    expect(reading?.values).not.toHaveProperty('connected');
  });

  test('one of them alone is named, and its value is absent', async () => {
    const without = well().replace(/.*missed_events.*\n/, '');
    const [reading] = await readingsOf([without, without]);

    expect(reading).toMatchObject({
      outcome: 'unknown',
      reason: "absent from the gateway's metrics: aibrix_kvcache_zmq_missed_events_total",
      values: { eventsReceived: 0 },
    });
    expect(reading?.values).not.toHaveProperty('missedEvents');
  });

  test('a plan that does not need it can do without it', async () => {
    const without = well().replace(/.*missed_events.*\n/, '');
    const [reading] = await readingsOf([without, without], { require: ['connections'] });

    expect(reading).toMatchObject({
      outcome: 'good',
      detail: { absent: expect.arrayContaining(['aibrix_kvcache_zmq_missed_events_total']) },
    });
  });
});

describe('what is not known', () => {
  test('a gateway that began anew has taken its counts with it', async () => {
    const [lost, next] = await readingsOf([well('ns/a', 50), well(), well('ns/a', 4)]);

    expect(lost).toEqual({
      outcome: 'unknown',
      values: {},
      reason: 'a counter went back: the gateway began anew, or another one answered',
    });
    expect(next).toMatchObject({ outcome: 'good', values: { eventsReceived: 4 } });
  });

  test('a look that failed leaves no hole in the counts', async () => {
    const [before, failed, after] = await readingsOf([well(), well('ns/a', 1), 503, well('ns/a', 9)]);

    expect(failed).toEqual({ outcome: 'unknown', values: {}, reason: 'its metrics cannot be read: HTTP 503' });
    expect(after).toMatchObject({ outcome: 'good', values: { eventsReceived: 8 } });
    expect(after?.covers?.[0]).toBe(before?.covers?.[1]);
  });

  test.each<[string, last: string | number, expected: object | undefined]>([
    ['a last look at the end of a run accounts for it', well('ns/a', 9), { values: { eventsReceived: 8 } }],
    ['a last look that fails accounts for nothing', 503, undefined],
    ['a last look at a gateway that began anew accounts for nothing', zmq('missed_events_total', 0), undefined],
  ])('%s', async (_, last, expected) => {
    const texts = [well(), well('ns/a', 1), last];
    const server = await httpServer((_request, response) => {
      const text = texts.shift();
      if (typeof text === 'string') response.end(text);
      else response.writeHead(503).end();
    });
    cleanups.push(() => server.close());
    const probe = await openProbe(aibrixGatewayProbe, { url: `${server.url}/metrics` });
    cleanups.push(() => probe.close());
    const before = await probe.sample();
    const final = (await probe.session.drain!(AbortSignal.timeout(1000))) as FinalReading | undefined;

    if (expected === undefined) return expect(final).toBeUndefined();
    expect(final).toMatchObject(expected);
    expect(final!.covers[0]).toBe(before.covers![1]);
  });

  test('a last look that is answered after a later one counts nothing twice', async () => {
    const held = Promise.withResolvers<void>();
    let turn = 0;
    const server = await httpServer((_request, response) => {
      const mine = turn++;
      if (mine === 1) void held.promise.then(() => response.end(well('ns/a', 1)));
      else response.end(well('ns/a', mine === 0 ? 0 : 5 * mine));
    });
    cleanups.push(() => server.close());
    const probe = await openProbe(aibrixGatewayProbe, { url: `${server.url}/metrics` });
    cleanups.push(() => probe.close());
    const drain = probe.session.drain!(AbortSignal.timeout(3000));
    await expect.poll(() => turn).toBe(2);
    const later = await probe.sample();
    held.resolve();

    expect(await drain).toBeUndefined();
    expect([later.values, (await probe.sample()).values]).toMatchObject([
      { eventsReceived: 10 },
      { eventsReceived: 5 },
    ]);
  });

  test('many engines are not recorded one by one, but for those in trouble', async () => {
    const pods = Array.from({ length: 30 }, (_, at) => `ns/${at}`);
    const before = pods.map((pod) => well(pod)).join('');
    const after = before.replace(/(missed_events_total\{pod_key="ns\/7"\}) 2/, '$1 3');
    const [reading] = await readingsOf([before, after], { maxPods: 10 });

    expect(reading?.parts?.map(({ labels }) => labels['pod_key'])).toEqual(['ns/7']);
  });
});
