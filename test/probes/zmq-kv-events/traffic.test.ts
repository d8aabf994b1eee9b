import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { zmqKvEventsProbe } from '../../../src/probes/zmq-kv-events/probe.ts';
import { SmallEngine } from './small-engine.ts';
import { drain, settle, subscribed, sum } from './subscribed.ts';

interface Completions extends AsyncDisposable {
  url: string;
  asked: { headers: IncomingHttpHeaders; body: { model: string; prompt: string; max_tokens: number } }[];
}

/** The side of an engine that takes prompts; `serve` gives the status of the answer. */
async function completions(serve: () => Promise<number>): Promise<Completions> {
  const asked: Completions['asked'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    response.writeHead(await serve(), { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/completions`;
  return { url, asked, [Symbol.asyncDispose]: stop };
}

function asking(server: Completions) {
  return { traffic: { url: server.url, model: 'lab-model', every: '100ms' }, stale: '300ms' };
}

describe.concurrent('traffic of the probe', () => {
  test('keeps an engine busy with prompts that it has never seen, and ends with the session', async () => {
    await using engine = await SmallEngine.start();
    await using server = await completions(async () => {
      await engine.publish(1);
      return 200;
    });
    const opened = await subscribed(engine, asking(server));
    await settle(450);

    const reading = await opened.sample();
    const finals = await drain(opened);
    await opened.close();
    const atClose = server.asked.length;
    await settle(250);

    expect(reading.outcome).toBe('good');
    expect(reading.values['trafficAnswered']).toBeGreaterThan(2);
    expect(reading.values['received']).toBeGreaterThan(2);
    expect(sum(finals, 'lost')).toBe(0);
    expect(new Set(server.asked.map(({ body }) => body.prompt.slice(0, 40))).size).toBe(atClose);
    expect(server.asked[0]!.body).toMatchObject({ model: 'lab-model', max_tokens: 1 });
    expect(server.asked.length).toBe(atClose);
  });

  test('shows that a silence is no idleness', async () => {
    await using engine = await SmallEngine.start();
    await using server = await completions(async () => 200);
    const opened = await subscribed(engine, asking(server));
    await settle(400);
    const first = await opened.sample();
    await engine.publish(1);
    await settle(100);
    const well = await opened.sample();
    await settle(450);

    const silent = await opened.sample();
    const [tail, , losses] = await drain(opened);
    await opened.close();

    expect(first).toMatchObject({
      outcome: 'bad',
      reason: 'subscribed, and completions are answered, but no event has ever come',
    });
    expect(well.outcome).toBe('good');
    expect(silent).toMatchObject({
      outcome: 'bad',
      reason: 'no events for more than 300ms, although the engine answers completions',
    });
    expect(losses!.reason).toBe('what came last is unknown: no event comes although some should');
    expect(losses!.covers[1]).toBeLessThan(tail!.covers[0]);
  });

  test('says when the engine answers neither', async () => {
    await using engine = await SmallEngine.start();
    await using server = await completions(async () => 503);
    const opened = await subscribed(engine, asking(server));
    await engine.publish(1);
    await settle(450);

    const reading = await opened.sample();
    await opened.close();

    expect(reading.outcome).toBe('unknown');
    expect(reading.reason).toMatch(/^no events for more than 300ms, and completions fail \(.*503.*\): the engine may/);
    expect(reading.values).toMatchObject({ trafficAnswered: 0 });
  });

  test('asks each rank by its number, and a hanging engine not on and on', async () => {
    await using engine = await SmallEngine.start();
    await using server = await completions(() => new Promise(() => undefined));
    const opened = await subscribed(engine, { ...asking(server), ranks: 2 });
    await settle(700);
    await opened.close();

    const ranks = server.asked.map(({ headers }) => headers['x-data-parallel-rank']).sort();
    expect(ranks).toEqual(['0', '0', '0', '0', '1', '1', '1', '1']);
  });
});

test('traffic without a model, or too often, is refused', () => {
  const events = 'tcp://vllm:5557';
  const traffic = { url: 'http://vllm:8000/v1/completions', model: 'm' };
  const parse = (change: object) => zmqKvEventsProbe.config.safeParse({ events, traffic: { ...traffic, ...change } });
  expect(parse({}).success).toBe(true);
  expect(parse({ model: undefined }).success).toBe(false);
  expect(parse({ every: '99ms' }).error?.issues[0]?.message).toBe('expected at least 100ms');
});
