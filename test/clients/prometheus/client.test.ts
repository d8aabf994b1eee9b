import { afterEach, describe, expect, test } from 'vitest';
import { createPrometheusClient } from '../../../src/clients/prometheus/client.ts';
import { MAX_SERIES } from '../../../src/clients/prometheus/envelope.ts';
import type { QueryClient } from '../../../src/clients/query.ts';
import {
  closedPort,
  endlessServer,
  garbageServer,
  halfWayServer,
  httpServer,
  jsonServer,
  type LoopbackServer,
  silentServer,
} from '../../loopback/servers.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function clientOf(url: string, timeoutMs = 2000): Promise<QueryClient> {
  const client = await createPrometheusClient({ baseUrl: url, timeoutMs });
  cleanups.push(() => client.close());
  return client;
}

async function clientOfServer(starting: Promise<LoopbackServer>, timeoutMs?: number): Promise<QueryClient> {
  const server = await starting;
  cleanups.push(() => server.close());
  return clientOf(server.url, timeoutMs);
}

const never = new AbortController().signal;
const success = (data: unknown, more: object = {}) => jsonServer({ status: 'success', data, ...more });
const vector = (...result: unknown[]) => ({ resultType: 'vector', result });

describe('an answer keeps numbers as text', () => {
  const cases: Record<string, { data: unknown; series: unknown }> = {
    'a vector': {
      data: vector({ metric: { a: 'b' }, value: [12.5, '3'] }),
      series: [{ labels: { a: 'b' }, values: [[12.5, '3']] }],
    },
    'a scalar becomes one series without labels': {
      data: { resultType: 'scalar', result: [1, '2'] },
      series: [{ labels: {}, values: [[1, '2']] }],
    },
    'NaN and the infinities survive': {
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: {},
            values: [
              [1, 'NaN'],
              [2, '+Inf'],
              [3, '-Inf'],
            ],
          },
        ],
      },
      series: [
        {
          labels: {},
          values: [
            [1, 'NaN'],
            [2, '+Inf'],
            [3, '-Inf'],
          ],
        },
      ],
    },
    'nothing is an answer too': { data: vector(), series: [] },
  };

  test.for(Object.entries(cases))('%s', async ([, { data, series }]) => {
    const client = await clientOfServer(success(data));

    expect(await client.instant('up', never)).toEqual({ ok: true, series, warnings: [] });
  });
});

describe('each way of not answering has a code of its own', () => {
  const error = (status: number, errorType: string, text: string) =>
    jsonServer({ status: 'error', errorType, error: text }, status);
  const cases: Record<string, { serve: () => Promise<LoopbackServer>; timeoutMs?: number; expected: object }> = {
    'a wrong query': {
      serve: () => error(400, 'bad_data', 'invalid parameter "query":\n 1:1: parse error'),
      expected: { code: 'refused', message: 'bad_data: invalid parameter "query": 1:1: parse error' },
    },
    'a query that cannot be evaluated': {
      serve: () => error(422, 'execution', 'many-to-many matching not allowed'),
      expected: { code: 'refused', message: 'execution: many-to-many matching not allowed' },
    },
    'a query that touches too much': {
      serve: () => error(422, 'execution', 'query processing would load too many samples into memory'),
      expected: { code: 'too-large' },
    },
    'the server ran out of time': {
      serve: () => error(503, 'timeout', 'query timed out'),
      expected: { code: 'timeout', message: 'timeout: query timed out' },
    },
    'the server is not ready': {
      serve: () => httpServer((_request, response) => response.writeHead(503).end('Service Unavailable')),
      expected: { code: 'http', message: 'HTTP 503: Service Unavailable' },
    },
    'an error of the server itself': {
      serve: () => error(500, 'internal', 'disk on fire'),
      expected: { code: 'http', message: 'internal: disk on fire' },
    },
    silence: { serve: silentServer, timeoutMs: 120, expected: { code: 'timeout', message: 'no answer within 120ms' } },
    'a body cut off': { serve: halfWayServer, expected: { code: 'unreachable' } },
    'garbage on the wire': { serve: garbageServer, expected: { code: 'malformed' } },
    'a body without end': { serve: endlessServer, expected: { code: 'too-large' } },
    'a page for people': {
      serve: () => httpServer((_request, response) => response.end('<html>hello</html>')),
      expected: { code: 'malformed', message: 'the answer is not that of a Prometheus query API' },
    },
    'other JSON': { serve: () => jsonServer({ data: [] }), expected: { code: 'malformed' } },
    'a value that is no number': {
      serve: () => success(vector({ metric: {}, value: [1, 'seven'] })),
      expected: { code: 'malformed' },
    },
    'a native histogram': {
      serve: () => success(vector({ metric: {}, histogram: [1, { count: '1', sum: '1' }] })),
      expected: { code: 'malformed', message: 'the answer holds native histograms, which are not numbers' },
    },
    'too many series': {
      serve: () => success(vector(...Array.from({ length: MAX_SERIES + 1 }, () => ({ metric: {}, value: [1, '1'] })))),
      expected: { code: 'too-large', message: '1001 series, at most 1000 are read: aggregate them' },
    },
  };

  test.for(Object.entries(cases))('%s', async ([, { serve, timeoutMs, expected }]) => {
    const client = await clientOfServer(serve(), timeoutMs);

    expect(await client.instant('up', never)).toMatchObject({ ok: false, ...expected });
  });

  test('nobody listens', async () => {
    const client = await clientOf(`http://127.0.0.1:${await closedPort()}`);

    const expected = { ok: false, code: 'unreachable', message: 'connection refused' };
    expect(await client.instant('up', never)).toEqual(expected);
  });
});

test('warnings are kept', async () => {
  const client = await clientOfServer(success(vector(), { warnings: ['a store\nis missing'] }));

  expect(await client.instant('up', never)).toMatchObject({ ok: true, warnings: ['a store is missing'] });
});

test('a range that would be refused is not asked for', async () => {
  const client = await clientOf('http://127.0.0.1:1');

  const answer = await client.range('up', 0, 11_000, 1, never);

  const message = '11001 points per series, at most 11000 are answered: use a larger step';
  expect(answer).toEqual({ ok: false, code: 'too-large', message });
});

test('query, range and step arrive as a form below the path prefix', async () => {
  const seen: string[] = [];
  const server = await httpServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${body}`);
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } }));
    });
  });
  cleanups.push(() => server.close());
  const client = await clientOf(`${server.url}/prefix/`);

  await client.range('a{b="c d"}', 1700000000.0012, 1700000060, 0.2, never);
  await client.instant('up', never, 1e-7);

  expect(seen).toEqual([
    'POST /prefix/api/v1/query_range query=a%7Bb%3D%22c+d%22%7D&start=1700000000.001&end=1700000060&step=0.2',
    'POST /prefix/api/v1/query query=up&time=0',
  ]);
});
