import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StationServer, serveStations } from '../../../src/cli/serve/http-server.ts';
import { Station } from '../../../src/cli/serve/station.ts';
import { systemClock } from '../../../src/scheduler/system-clock.ts';
import { answering, GOOD, planOf, probeSpec } from '../../scheduler/test-plan.ts';

let station: Station;
let server: StationServer;
let drains: number;
const sockets: Socket[] = [];

beforeEach(async () => {
  const spec = probeSpec({ at: 'gateway', intervalMs: 20 });
  drains = 0;
  const session = {
    ...answering(GOOD),
    drain: async () => {
      drains++;
      return { covers: [0, 1] as [number, number], values: { seen: 1 } };
    },
  };
  station = new Station({
    ...{ plan: planOf([], [spec]), vantage: 'gateway', instance: 'pod "1"', boot: 'b1', version: '0.0.0' },
    ...{ clock: systemClock(), probes: [{ spec, session }], memory: { bytes: 1e6, ageMs: 60_000 }, drainMs: 2000 },
    masked: (entry) => entry,
    note: () => {},
  });
  server = (await serveStations([station], '127.0.0.1:0')) as StationServer;
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  station.stop('the test is over');
  await server.close(0);
});

function get(path: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://${server.address}${path}`, init);
}

async function timeline(query: string): Promise<Record<string, unknown>[]> {
  const text = await (await get(`/v1/timeline?${query}`)).text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Sends bytes as they stand and says what comes back until the connection ends. */
async function raw(text: string, patienceMs = 8000): Promise<string> {
  const [host, port] = server.address.split(':');
  const socket = connect(Number(port), host);
  sockets.push(socket);
  let said = '';
  socket.on('data', (chunk) => (said += chunk)).on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  await Promise.race([once(socket, 'close').catch(() => {}), sleep(patienceMs, undefined, { ref: false })]);
  return said;
}

describe('a station', () => {
  it('tells its samples between a header and an end', async () => {
    await sleep(100);
    const lines = await timeline('since=0&boot=b1&wait=0');

    expect(lines[0]).toMatchObject({
      type: 'header',
      vantage: 'gateway',
      boot: 'b1',
      digest: 'sha256:00',
      fallenOut: 0,
    });
    expect(lines.slice(1, -1).map(({ type }) => type)).toContain('sample');
    expect(lines.at(-1)).toMatchObject({ type: 'next', cursor: lines.length - 2 });
  });

  it('holds its answer back until there is news', async () => {
    const { cursor } = (await timeline('since=now')).at(-1)!;
    const lines = await timeline(`since=${cursor}&boot=b1&wait=5000`);

    expect(lines.length).toBeGreaterThan(2);
  });

  it('tells another boot all it has', async () => {
    await sleep(100);

    expect((await timeline('since=999999&boot=old')).length).toBeGreaterThan(2);
  });

  it('shows how it does, with labels as Prometheus takes them', async () => {
    await sleep(100);
    const text = await (await get('/metrics')).text();

    expect(text).toContain('instance="pod \\"1\\""');
    expect(text).toMatch(/steadfast_vantage_slots_total\{[^}]*outcome="good"\} [1-9]/);
  });

  it('is ready until it is told to end, and then answers those who wait', async () => {
    const ready = await get('/readyz');
    const waiting = timeline(`since=${station.memory.next + 1e6}&boot=b1&wait=5000`);
    await sleep(50);
    station.stop('it is to end');

    expect(ready.status).toBe(200);
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/healthz')).status).toBe(200);
    expect((await waiting).at(-1)).toMatchObject({ type: 'next' });
  });

  it('drains once for many who ask at the same time', async () => {
    const after = station.now();
    const asked = Array.from({ length: 15 }, () => get(`/v1/drain?after=${after}&patience=500`, { method: 'POST' }));
    const cursors = await Promise.all(
      asked.map(async (answer) => ((await (await answer).json()) as { cursor: number }).cursor),
    );

    expect(drains).toBe(1);
    expect(new Set(cursors).size).toBe(1);
  });

  it('drains no more often than once a second, whatever is asked', async () => {
    const began = performance.now();
    for (let turn = 0; turn < 3; turn++) await get('/v1/drain?after=99999999&patience=500', { method: 'POST' });

    expect(drains).toBe(3);
    expect(performance.now() - began).toBeGreaterThan(1900);
  });
});

const refused: [what: string, method: string, path: string, status: number][] = [
  ['a path that is none', 'GET', '/v1/probe?target=10.0.0.1', 404],
  ['a path like a property', 'GET', '/constructor', 404],
  ['a cursor that is none', 'GET', '/v1/timeline?since=-1', 400],
  ['a cursor that is enormous', 'GET', '/v1/timeline?since=1e400', 400],
  ['a wait that is none', 'GET', '/v1/timeline?since=0&wait=forever', 400],
  ['a boot that is too long', 'GET', `/v1/timeline?since=0&boot=${'b'.repeat(100)}`, 400],
  ['to write', 'PUT', '/v1/timeline', 405],
  ['to drain by GET', 'GET', '/v1/drain?after=0&patience=0', 405],
  ['to drain without a time', 'POST', '/v1/drain', 400],
];

describe('a station that is asked for', () => {
  it.each(refused)('%s refuses', async (_, method, path, status) => {
    expect((await get(path, { method })).status).toBe(status);
    expect(drains).toBe(0);
  });
});

describe('a station under attack', () => {
  it('reads no endless headers', async () => {
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\n${`X: ${'y'.repeat(1000)}\r\n`.repeat(20)}`)).toContain('431');
  });

  it('reads no body', async () => {
    const said = await raw(
      `POST /v1/drain HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(70_000)}`,
      1500,
    );

    expect(said).not.toContain(' 200 ');
    expect((await get('/healthz')).status).toBe(200);
  });

  it('reads no nonsense', async () => {
    expect(await raw('\x16\x03\x01\x00\xff\r\n\r\n')).toContain('400');
  });

  it('does not wait for who never finishes asking', async () => {
    const said = await raw('GET /v1/timeline HTTP/1.1\r\nHost: x\r\nX-Slow: ', 9000);

    expect(said).toContain('408');
  });

  it('answers no more at once than it can, and looks alive all the same', async () => {
    const [host, port] = server.address.split(':');
    for (let index = 0; index < 40; index++) {
      const socket = connect(Number(port), host).on('error', () => {});
      sockets.push(socket);
      socket.write(`GET /v1/timeline?since=${1e9}&boot=b1&wait=5000 HTTP/1.1\r\nHost: x\r\n\r\n`);
    }
    await sleep(300);

    expect((await get('/v1/clock')).status).toBe(503);
    expect((await get('/healthz')).status).toBe(200);
  });
});
