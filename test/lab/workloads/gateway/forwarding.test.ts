import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { createForwarding } from '../../../../lab/workloads/gateway/forwarding.ts';
import type { EnginePod } from '../../../../lab/workloads/gateway/pods.ts';

async function listening(listener: RequestListener): Promise<number> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

/** A gateway in front of one engine, or of none. */
async function gateway(httpPort: number | undefined) {
  let done = 0;
  const pod: EnginePod = {
    key: 'lab/engine',
    address: '127.0.0.1',
    httpPort: httpPort ?? 0,
    eventsPort: 0,
    replayPort: 0,
    ready: true,
    life: '1',
  };
  const route = () => (httpPort === undefined ? undefined : { pod, matchedBlocks: 0, done: () => void done++ });
  const said: string[] = [];
  const forwarding = createForwarding({
    registry: new Registry(),
    route,
    answerWithinMs: 300,
    say: (...line) => void said.push(line.join(' ')),
  });
  const port = await listening((request, response) => void forwarding.route(request, response));
  const ask = () => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{"prompt":"?"}' });
  return { ask, refuse: forwarding.refuse, totals: forwarding.totals, said, done: () => done };
}

test('the engine’s answer comes back, with the engine’s address', async () => {
  const engine = await listening(async (request, response) => {
    response.writeHead(418).end(JSON.stringify({ asked: (await request.toArray()).join('') }));
  });
  const { ask, totals, done } = await gateway(engine);

  const response = await ask();

  expect([response.status, response.headers.get('target-pod')]).toEqual([418, `127.0.0.1:${engine}`]);
  expect(await response.json()).toEqual({ asked: '{"prompt":"?"}' });
  expect(totals()).toEqual({ byStatus: { 418: 1 }, byPod: { 'lab/engine': 1 } });
  expect(done()).toBe(1);
});

test.each([
  ['no engine is ready', async () => undefined, 503, /no engine is ready/],
  ['nobody listens there', async () => 1, 502, /ECONNREFUSED/],
  ['the engine is silent', () => listening(() => {}), 504, /no answer in time/],
  ['the engine hangs up', () => listening((request) => request.destroy()), 502, /hang up/],
])('%s: a status of its own, and the reason', async (_, engine, status, reason) => {
  const { ask, totals } = await gateway(await engine());

  const response = await ask();

  expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(reason)]);
  expect(totals().byStatus).toEqual({ [status]: 1 });
});

test('the log says once which engine does not answer, and why, and once that it does again', async () => {
  let broken = true;
  const engine = await listening((request, response) => {
    if (broken) request.destroy();
    else response.writeHead(200).end('{}');
  });
  const { ask, said } = await gateway(engine);

  for (let times = 0; times < 3; times++) await ask();
  broken = false;
  for (let times = 0; times < 2; times++) await ask();

  const peer = `lab/engine at 127.0.0.1:${engine}`;
  expect(said).toEqual([`ERROR lost ${peer}: socket hang up`, `INFO ${peer} is back`]);
});

test('told to refuse, it asks no engine, until the time is over', async () => {
  const { ask, refuse, done } = await gateway(await listening((_, response) => response.end('{}')));
  refuse(1, 300);

  const response = await ask();

  expect([response.status, await response.text(), done()]).toEqual([503, expect.stringMatching(/on command/), 0]);
  await expect.poll(async () => (await ask()).status).toBe(200);
});
