import { afterEach, describe, expect, test } from 'vitest';
import { httpProbe } from '../../src/probes/http.ts';
import {
  closedPort,
  endlessServer,
  garbageServer,
  halfWayServer,
  httpServer,
  type LoopbackServer,
  silentServer,
} from '../loopback/servers.ts';
import { openProbe } from './session.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const answering = (status: number, body: string) =>
  httpServer((_request, response) => response.writeHead(status).end(body));

async function sampleOf(starting: Promise<LoopbackServer>, config: object = {}, timeoutMs = 2000) {
  const server = await starting;
  cleanups.push(() => server.close());
  const session = await openProbe(httpProbe, { url: server.url, ...config }, { timeoutMs });
  cleanups.push(() => session.close());
  return session.sample();
}

describe('a good answer', () => {
  const cases: Record<string, { serve: () => Promise<LoopbackServer>; config?: object }> = {
    'any 2xx': { serve: () => answering(204, '') },
    'the status that is expected': { serve: () => answering(404, 'no'), config: { expectStatus: 404 } },
    'one of the statuses': { serve: () => answering(301, ''), config: { expectStatus: [200, 301] } },
    'the text that is expected': { serve: () => answering(200, 'all is ok.'), config: { expectBody: 'is ok' } },
    'the pattern that is expected': {
      serve: () => answering(200, 'lag=17'),
      config: { expectBody: { matches: '^lag=\\d+$' } },
    },
  };

  test.for(Object.entries(cases))('%s', async ([, { serve, config }]) => {
    const reading = await sampleOf(serve(), config);

    expect(reading).toMatchObject({ outcome: 'good' });
    expect(reading.values['latencyMs']).toBeGreaterThan(0);
  });
});

describe('a bad answer has its reason', () => {
  const cases: Record<
    string,
    { serve: () => Promise<LoopbackServer>; config?: object; timeoutMs?: number; reason: string }
  > = {
    'another status': { serve: () => answering(503, 'x'), reason: 'status 503' },
    'another body': {
      serve: () => answering(200, 'starting'),
      config: { expectBody: 'ready' },
      reason: 'the body does not match',
    },
    'cut off half-way': {
      serve: halfWayServer,
      reason: 'the connection was closed half-way through the answer',
    },
    endless: { serve: endlessServer, config: { maxBody: 100_000 }, reason: 'the answer is larger than 100000B' },
    silence: { serve: silentServer, timeoutMs: 150, reason: 'no answer within 150ms' },
    garbage: { serve: garbageServer, reason: 'the answer is not HTTP' },
  };

  test.for(Object.entries(cases))('%s', async ([, { serve, config, timeoutMs, reason }]) => {
    // The scheduler's deadline is the same moment; here the probe's own comes first.
    const reading = await sampleOf(serve(), config, timeoutMs);

    expect(reading).toMatchObject({ outcome: 'bad' });
    expect([reason, 'stopped before the answer came']).toContain(reading.reason);
  });

  test('nobody listens', async () => {
    const session = await openProbe(httpProbe, { url: `http://127.0.0.1:${await closedPort()}` });

    expect(await session.sample()).toEqual({ outcome: 'bad', values: {}, reason: 'connection refused' });
    await session.close();
  });
});

test('what is sent is what the plan says, on a fresh connection each time', async () => {
  const seen: string[] = [];
  const server = await httpServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers['x-tenant']} ${body}`);
      response.end('ok');
    });
  });
  cleanups.push(() => server.close());
  const config = { url: `${server.url}/a?b=c`, method: 'POST', body: '{"x":1}', headers: { 'X-Tenant': 't' } };
  const session = await openProbe(httpProbe, config);
  cleanups.push(() => session.close());

  await session.sample();
  await session.sample();

  expect(seen).toEqual(['POST /a?b=c t {"x":1}', 'POST /a?b=c t {"x":1}']);
  expect(server.accepted()).toBe(2);
});

test.each([
  ['is none', '(', 'not a pattern: a "(" without its ")"'],
  ['could keep the probe busy', '(a+)+\\1$', 'not a pattern: "\\1" refers back, which cannot be matched in one pass'],
])('a pattern that %s is refused with the plan', (_why, matches, message) => {
  const parsed = httpProbe.config.safeParse({ url: 'http://x', expectBody: { matches } });

  expect(parsed.error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toEqual([
    ['expectBody.matches', message],
  ]);
});

test('a body made to keep a pattern busy keeps nobody busy', async () => {
  const body = `${'a'.repeat(5_000)}!`;
  const reading = await sampleOf(answering(200, body), { expectBody: { matches: '^(a+)+$' } });

  expect(reading).toMatchObject({ outcome: 'bad', reason: 'the body does not match' });
});
