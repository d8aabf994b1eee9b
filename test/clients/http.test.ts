import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../src/clients/http.ts';
import {
  closedPort,
  endlessServer,
  garbageServer,
  halfWayServer,
  httpServer,
  type LoopbackServer,
  silentServer,
} from '../loopback/servers.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function using(starting: Promise<LoopbackServer>): Promise<LoopbackServer> {
  const server = await starting;
  cleanups.push(() => server.close());
  return server;
}

async function clientOf(baseUrl: string, options: Partial<HttpClientOptions> = {}): Promise<HttpClient> {
  const client = await createHttpClient({ baseUrl, timeoutMs: 2000, ...options });
  cleanups.push(() => client.close());
  return client;
}

const never = new AbortController().signal;

describe('trouble is data, with a message that stays the same', () => {
  const cases: Record<
    string,
    { serve: () => Promise<string>; options?: Partial<HttpClientOptions>; expected: object }
  > = {
    'nobody listens': {
      serve: async () => `http://127.0.0.1:${await closedPort()}`,
      expected: { code: 'refused', message: 'connection refused' },
    },
    'the name does not resolve': {
      serve: async () => 'http://no-such-host.invalid',
      expected: { code: 'dns' },
    },
    'the server accepts and is silent': {
      serve: async () => (await using(silentServer())).url,
      options: { timeoutMs: 150 },
      expected: { code: 'timeout', message: 'no answer within 150ms' },
    },
    'the server answers with garbage': {
      serve: async () => (await using(garbageServer())).url,
      expected: { code: 'malformed', message: 'the answer is not HTTP' },
    },
    'the server closes half-way through the body': {
      serve: async () => (await using(halfWayServer())).url,
      expected: { code: 'reset', message: 'the connection was closed half-way through the answer' },
    },
    'the server closes before it answers': {
      serve: async () => (await using(httpServer((request) => request.socket.destroy()))).url,
      expected: { code: 'reset', message: 'the connection was closed before the answer' },
    },
    'the body never ends': {
      serve: async () => (await using(endlessServer())).url,
      options: { maxResponseBytes: 1_000_000 },
      expected: { code: 'too-large', message: 'the answer is larger than 1000000B' },
    },
    'the server refuses with a reason': {
      serve: async () => (await using(httpServer((_q, answer) => answer.writeHead(503).end('not\n\u001b[2J yet')))).url,
      expected: { code: 'status', status: 503, message: 'HTTP 503: not [2J yet' },
    },
    'a redirect is not followed': {
      serve: async () =>
        (await using(httpServer((_q, answer) => answer.writeHead(302, { location: '/elsewhere' }).end()))).url,
      expected: { code: 'status', status: 302, message: 'HTTP 302' },
    },
    'a plain server is asked for TLS': {
      serve: async () => (await using(garbageServer())).url.replace('http:', 'https:'),
      expected: { code: 'tls' },
    },
    'the token file is missing': {
      serve: async () => 'http://127.0.0.1:1',
      options: { bearerTokenFile: '/nonexistent/token' },
      expected: { code: 'credentials', message: 'the bearer token file cannot be read' },
    },
  };

  test.for(Object.entries(cases))('%s', async ([, { serve, options, expected }]) => {
    const client = await clientOf(await serve(), options);

    const answer = await client.request({}, never);

    expect(answer).toMatchObject({ ok: false, ...expected });
  });
});

test('an aborted request ends at once and frees its connection', async () => {
  const server = await using(silentServer());
  const client = await clientOf(server.url);
  const stop = new AbortController();
  const asked = client.request({}, stop.signal);
  await expect.poll(() => server.connections()).toBe(1);

  stop.abort();

  expect(await asked).toMatchObject({ ok: false, code: 'aborted' });
  await expect.poll(() => server.connections()).toBe(0);
});

test('close ends what is in flight, and may come twice', async () => {
  const server = await using(silentServer());
  const client = await clientOf(server.url);
  const asked = client.request({}, never);
  await expect.poll(() => server.connections()).toBe(1);

  client.close();
  client.close();

  expect(await asked).toMatchObject({ ok: false, code: 'aborted' });
  await expect.poll(() => server.connections()).toBe(0);
});

test('a dribbling body does not outlive the time-out', async () => {
  const server = await using(
    httpServer((_request, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    }),
  );
  const client = await clientOf(server.url, { timeoutMs: 200 });

  const answer = await client.request({}, never);

  expect(answer).toMatchObject({ code: 'timeout', message: 'no answer within 200ms' });
});

test('a token that a server echoes is masked, and is read again for each request', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'steadfast-http-'));
  cleanups.push(() => rm(directory, { recursive: true }));
  const bearerTokenFile = join(directory, 'token');
  const server = await using(
    httpServer((request, response) => response.writeHead(401).end(`no: ${request.headers.authorization}`)),
  );
  const client = await clientOf(server.url, { bearerTokenFile });

  await writeFile(bearerTokenFile, 'first-token\n');
  const first = await client.request({}, never);
  await writeFile(bearerTokenFile, 'second-token\n');
  const second = await client.request({}, never);

  expect(first).toMatchObject({ message: 'HTTP 401: no: ***', body: 'no: ***' });
  expect(second).toMatchObject({ message: 'HTTP 401: no: ***', body: 'no: ***' });
});

test('secret headers do not follow a redirect to another origin', async () => {
  const seen: (string | undefined)[] = [];
  const other = await using(
    httpServer((request, response) => {
      seen.push(request.headers['x-api-key'] as string | undefined);
      response.end('there');
    }),
  );
  const server = await using(
    httpServer((_request, response) => response.writeHead(307, { location: other.url }).end()),
  );
  const client = await clientOf(server.url, { maxRedirects: 3, headers: { 'X-Api-Key': 'secret' } });

  const answer = await client.request({}, never);

  expect(answer).toMatchObject({ ok: true, body: 'there' });
  expect(seen).toEqual([undefined]);
});

test('the proxy of the environment is not used', async () => {
  const server = await using(httpServer((_request, response) => response.end('direct')));
  const before = process.env['http_proxy'];
  process.env['http_proxy'] = 'http://127.0.0.1:1';
  cleanups.push(() => {
    if (before === undefined) delete process.env['http_proxy'];
    else process.env['http_proxy'] = before;
  });
  const client = await clientOf(server.url);

  expect(await client.request({}, never)).toMatchObject({ ok: true, body: 'direct', bytes: 6 });
});

test('connections are kept, unless the caller wants fresh ones', async () => {
  const server = await using(httpServer((_request, response) => response.end('x')));
  const keeping = await clientOf(server.url);
  for (let i = 0; i < 3; i++) await keeping.request({}, never);
  expect(server.accepted()).toBe(1);

  const fresh = await clientOf(server.url, { keepAlive: false });
  for (let i = 0; i < 3; i++) await fresh.request({}, never);
  expect(server.accepted()).toBe(4);
});

test('a kept connection that the server closed is not taken for an outage', async () => {
  let requests = 0;
  const server = await using(
    httpServer((request, response) => {
      requests++;
      if (requests === 2) request.socket.destroy();
      else response.end('up');
    }),
  );
  const client = await clientOf(server.url);
  await client.request({}, never);

  expect(await client.request({}, never)).toMatchObject({ ok: true, body: 'up' });
  expect(requests).toBe(3);
});

test('a certificate file that cannot be read is said when the client is made', async () => {
  const made = createHttpClient({ baseUrl: 'https://127.0.0.1:1', timeoutMs: 100, caFile: '/nonexistent/ca.pem' });

  await expect(made).rejects.toThrow('cannot read /nonexistent/ca.pem: ENOENT');
});

test('the address for messages holds no credentials', async () => {
  const client = await clientOf('http://user:pass@127.0.0.1:1/prefix/?token=abc');

  expect(client.address).toBe('http://127.0.0.1:1/prefix');
});
