/** Who may ask a vantage's process, where it wants a token, and the reader that has it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Doorkeeper, openDoorkeeper } from '../../../src/cli/serve/doorkeeper.ts';
import { type StationServer, serveStations } from '../../../src/cli/serve/http-server.ts';
import { Station } from '../../../src/cli/serve/station.ts';
import { systemClock } from '../../../src/scheduler/system-clock.ts';
import { openHttpNetwork } from '../../../src/vantages/sidecar/http-network.ts';
import { answering, GOOD, planOf, probeSpec } from '../../scheduler/test-plan.ts';

const TOKEN = 'a-token-that-is-long-enough';

let folder: string;
let station: Station;
let server: StationServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadfast-door-'));
  await writeFile(file('token'), `${TOKEN}\n`);
  const spec = probeSpec({ at: 'gateway', intervalMs: 20 });
  station = new Station({
    ...{ plan: planOf([], [spec]), vantage: 'gateway', instance: 'pod', boot: 'b1', version: '0.0.0', drainMs: 2000 },
    ...{ clock: systemClock(), probes: [{ spec, session: answering(GOOD) }], memory: { bytes: 1e6, ageMs: 60_000 } },
    masked: (entry) => entry,
    note: () => {},
  });
  server = (await serveStations([station], '127.0.0.1:0', await open())) as StationServer;
});

afterEach(async () => {
  vi.useRealTimers();
  station.stop('the test is over');
  await server.close(0);
  await rm(folder, { recursive: true, force: true });
});

const file = (name: string) => join(folder, name);
const open = async () => (await openDoorkeeper(file('token'))) as Doorkeeper;

function ask(path: string, authorization?: string, method = 'GET'): Promise<Response> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  return fetch(`http://${server.address}${path}`, { method, headers });
}

describe('a process that wants a token', () => {
  it.each([
    ['has none', undefined],
    ['has another', 'Bearer another-token-of-this-length'],
    ['has only its beginning', `Bearer ${TOKEN.slice(0, -1)}`],
    ['has it with something appended', `Bearer ${TOKEN}x`],
    ['has nothing but the word', 'Bearer '],
    ['says it in another way', `Basic ${Buffer.from(`steadfast:${TOKEN}`).toString('base64')}`],
  ])('tells nothing to whoever %s', async (_who, authorization) => {
    for (const [method, path] of [
      ['GET', '/v1/timeline'],
      ['GET', '/v1/clock'],
      ['POST', '/v1/drain?after=0&patience=0'],
    ] as const) {
      const answer = await ask(path, authorization, method);
      expect([answer.status, answer.headers.get('www-authenticate')], path).toEqual([401, 'Bearer']);
      expect(await answer.text()).toBe('a bearer token is needed\n');
    }
  });

  it('tells whoever has it', async () => {
    expect((await ask('/v1/clock', `Bearer ${TOKEN}`)).status).toBe(200);
    expect((await ask('/v1/timeline?wait=0', `bearer  ${TOKEN}`)).status).toBe(200);
  });

  it.each(['/healthz', '/readyz', '/metrics'])(
    'answers at %s whoever asks, as kubelets and scrapers do',
    async (path) => {
      expect((await ask(path)).status).toBe(200);
    },
  );
});

describe('a reader', () => {
  const question = { method: 'GET', path: '/v1/clock', timeoutMs: 5_000 } as const;
  const asked = async (tokenFile: string | undefined) => {
    const network = await openHttpNetwork({ url: `http://${server.address}`, tokenFile }, () => 0);
    const answer = await network.ask('127.0.0.1', question, AbortSignal.timeout(5_000));
    network.close();
    return answer;
  };

  it('that has the token is answered', async () => {
    expect(await asked(file('token'))).toMatchObject({ ok: true });
  });

  it.each([
    ['no token', undefined, 'it wants a token that we do not have (HTTP 401): see `tokenFile`'],
    ['another', 'another', 'it wants a token that we do not have (HTTP 401): see `tokenFile`'],
    ['an empty file', 'empty', 'the token file does not hold a token'],
    ['no such file', 'nothing', 'the token file cannot be read: ENOENT'],
  ])('that has %s is told so', async (_what, name, reason) => {
    await writeFile(file('another'), 'another-token');
    await writeFile(file('empty'), '');
    expect(await asked(name && file(name))).toEqual({ ok: false, reason });
  });
});

describe('a token file', () => {
  it.each([
    ['is empty', '', 'it does not hold a token'],
    ['holds several words', 'a token of several words', 'it does not hold a token'],
    ['holds one that could be guessed', 'secret', 'its token has fewer than 16 characters'],
  ])('that %s is refused', async (_how, text, problem) => {
    await writeFile(file('token'), text);
    expect(await openDoorkeeper(file('token'))).toEqual({ problem });
  });

  it('may be renewed, and counts as it was while it is being written', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const doorkeeper = await open();
    await writeFile(file('token'), '');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(doorkeeper.letsIn(`Bearer ${TOKEN}`)).toBe(true);
    await writeFile(file('token'), 'the-token-that-came-after-it');
    await vi.advanceTimersByTimeAsync(5_000);
    await vi.waitFor(() => expect(doorkeeper.letsIn('Bearer the-token-that-came-after-it')).toBe(true));
    expect(doorkeeper.letsIn(`Bearer ${TOKEN}`)).toBe(false);
    doorkeeper.close();
  });
});
