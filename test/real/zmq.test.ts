import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import { readPidFile, signalProcess } from '../../lab/processes/pid-file.ts';
import type { FinalReading, Reading } from '../../src/probes/contract.ts';
import { zmqKvEventsProbe } from '../../src/probes/zmq-kv-events/probe.ts';
import { zmtpPortProbe } from '../../src/probes/zmtp-port/probe.ts';
import { openProbe, type TestSession } from '../probes/session.ts';
import { settle, sum } from '../probes/zmq-kv-events/subscribed.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ services: ['engine', 'toxiproxy'], engine: { batchesPerSecond: 50 } });
});
afterAll(() => lab?.stop());
beforeEach(async () => {
  await proxyIs({ enabled: true });
  await lab.control('engine', { command: 'rate', perSecond: 50 });
});

async function toxiproxy(path: string, method: string, body?: object): Promise<void> {
  const init = { method, ...(body && { body: JSON.stringify(body) }) };
  const answer = await fetch(`${lab.variables['TOXIPROXY_URL']}/proxies/engine-events${path}`, init);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

function proxyIs(state: { enabled: boolean }): Promise<void> {
  return toxiproxy('', 'POST', state);
}

/** An experiment's worth of readings around what befalls the engine. */
interface Experiment {
  readings: Reading[];
  finals: FinalReading[];
}

async function experiment(fault: (look: () => Promise<Reading>) => Promise<void>, more = {}): Promise<Experiment> {
  const { ENGINE_EVENTS: events, ENGINE_REPLAY: replay } = lab.variables;
  const opened = await openProbe(zmqKvEventsProbe, { events, replay, expectTraffic: true, ...more });
  const readings: Reading[] = [];
  const look = async () => {
    readings.push(await opened.sample());
    return readings.at(-1)!;
  };
  await expect.poll(async () => (await look()).outcome).toBe('good');
  await fault(look);
  await flowsAgain(look);
  const finals = [(await opened.session.drain!(AbortSignal.timeout(9000))) ?? []].flat();
  await opened.close();
  return { readings: [...readings, finals[0]!] as Reading[], finals };
}

async function flowsAgain(look: () => Promise<Reading>): Promise<void> {
  await expect.poll(async () => (await look()).outcome, { timeout: 15_000 }).toBe('good');
  await settle(300);
  await look();
}

function engine(command: object): Promise<unknown> {
  return lab.control('engine', command);
}

function totals({ readings, finals }: Experiment): Record<string, number> {
  const names = ['lost', 'recovered', 'duplicates', 'backward', 'decodeErrors', 'reconnects'];
  const late = sum(readings, 'late') > 0 ? { late: sum(readings, 'late') } : {};
  const nonZero = names.map((name) => [
    name,
    sum(readings, name) + sum(name === 'lost' || name === 'recovered' ? finals : [], name),
  ]);
  return { ...Object.fromEntries(nonZero.filter(([, total]) => total !== 0)), ...late };
}

describe("an engine's events behind a proxy", () => {
  test.each(['0.23', '0.24', '0.26', '0.33'])('of release %s arrive without loss', async (release) => {
    await engine({ command: 'release', release });
    const result = await experiment(() => settle(1000));
    expect(totals(result)).toEqual({});
    expect(sum(result.readings, 'received')).toBeGreaterThan(40);
    expect(sum(result.readings, 'stored')).toBeGreaterThan(0);
  });

  const mishaps: [string, object, Record<string, number>][] = [
    ['that vanish are lost, one by one', { command: 'lose', batches: 3 }, { lost: 3 }],
    ['that only a replay has are recovered', { command: 'lose', batches: 4, replayable: true }, { recovered: 4 }],
    ['that come late are late', { command: 'late', batches: 2, forMs: 400 }, { late: 2 }],
    ['that come twice are duplicates', { command: 'repeat', batches: 3 }, { duplicates: 3 }],
    ['that cannot be read are counted', { command: 'corrupt', batches: 2 }, { decodeErrors: 2 }],
    ['that go back a little are a step backwards', { command: 'stepBack', by: 20 }, { backward: 1 }],
    ['that stall come later, in order', { command: 'stall', forMs: 1000 }, {}],
  ];
  test.each(mishaps)('%s', async (_what, command, expected) => {
    const result = await experiment(async () => {
      await engine(command);
      await settle(800);
    });
    expect(totals(result)).toEqual(expected);
  });

  test('of a restarted engine begin anew, and what was sent before we were back is recovered', async () => {
    const result = await experiment(async (look) => {
      await engine({ command: 'restart', downMs: 700 });
      await expect.poll(async () => (await look()).outcome).toBe('bad');
    });
    const { recovered = 0, lost = 0, ...rest } = totals(result);
    expect(rest).toMatchObject({ backward: 1 });
    expect(lost).toBe(0);
    expect(recovered).toBeLessThan(100);
  });

  test('cut off by refused connections are recovered afterwards', async () => {
    const result = await experiment(async (look) => {
      await proxyIs({ enabled: false });
      await expect.poll(async () => (await look()).reason).toBe('connection refused: nothing listens on the port');
      await settle(500);
      await proxyIs({ enabled: true });
    });
    expect(totals(result)).toMatchObject({ reconnects: 1 });
    expect(totals(result)['lost']).toBeUndefined();
    expect(totals(result)['recovered']).toBeGreaterThan(10);
  });

  test('swallowed on an open connection are silence first', async () => {
    const result = await experiment(
      async (look) => {
        await toxiproxy('/toxics', 'POST', {
          name: 'hole',
          type: 'timeout',
          stream: 'downstream',
          attributes: { timeout: 0 },
        });
        await expect.poll(async () => (await look()).reason, { timeout: 5000 }).toBe('no events for more than 800ms');
        await toxiproxy('/toxics/hole', 'DELETE');
      },
      { stale: '800ms' },
    );
    expect(totals(result)['lost']).toBeUndefined();
    expect(Math.max(...result.readings.map((reading) => reading.values['stalenessMs'] ?? 0))).toBeGreaterThan(800);
  });

  test('held up on the way are delayed, never lost', async () => {
    const result = await experiment(
      async (look) => {
        const toxic = { name: 'slow', type: 'latency', stream: 'downstream', attributes: { latency: 1500 } };
        await toxiproxy('/toxics', 'POST', toxic);
        await expect.poll(async () => (await look()).values['ageMs'], { timeout: 5000 }).toBeGreaterThan(1000);
        await toxiproxy('/toxics/slow', 'DELETE');
      },
      { stale: '800ms' },
    );
    expect(totals(result)).toEqual({});
    expect(sum(result.readings, 'delayed')).toBeGreaterThan(10);
  });

  test('that a cut kept away until the end are told by the replay', async () => {
    const { ENGINE_EVENTS: events, ENGINE_REPLAY: replay } = lab.variables;
    const opened = await openProbe(zmqKvEventsProbe, { events, replay });
    await expect.poll(async () => (await opened.sample()).outcome).toBe('good');
    await proxyIs({ enabled: false });
    await expect.poll(async () => (await opened.sample()).outcome).toBe('bad');
    await settle(500);
    const cutUntil = opened.context.now();

    const finals = [(await opened.session.drain!(AbortSignal.timeout(9000))) ?? []].flat();
    await opened.close();

    expect(sum(finals, 'lost')).toBe(0);
    expect(sum(finals, 'recovered')).toBeGreaterThan(10);
    expect(finals.at(-1)!.covers[1]).toBeGreaterThanOrEqual(cutUntil);
  });

  test('come of completions that the probe asks for, and their absence is then no idleness', async () => {
    await engine({ command: 'rate', perSecond: 0 });
    const traffic = { url: `${lab.variables['ENGINE_URL']}/v1/completions`, model: 'lab-model', every: '100ms' };
    const events = lab.variables['ENGINE_EVENTS'];
    const opened = await openProbe(zmqKvEventsProbe, { events, traffic, stale: '700ms' });
    await expect.poll(async () => (await opened.sample()).outcome).toBe('good');
    await settle(500);
    const busy = await opened.sample();
    await engine({ command: 'stall', forMs: 3000 });
    const reason = 'no events for more than 700ms, although the engine answers completions';
    await expect.poll(async () => (await opened.sample()).reason, { timeout: 2500 }).toBe(reason);
    await expect.poll(async () => (await opened.sample()).outcome, { timeout: 5000 }).toBe('good');
    await opened.close();

    expect(busy.outcome).toBe('good');
    expect(busy.values['stored']).toBeGreaterThan(0);
  });

  test('of an idle engine are silence that proves nothing', async () => {
    const opened = await openProbe(zmqKvEventsProbe, { events: lab.variables['ENGINE_EVENTS'], stale: '500ms' });
    await expect.poll(async () => (await opened.sample()).outcome).toBe('good');
    await engine({ command: 'rate', perSecond: 0 });
    await settle(900);
    expect(await opened.sample()).toMatchObject({ outcome: 'unknown' });
    await opened.close();
  });
});

describe("an engine's port", () => {
  async function withPort(endpoint: string, use: (port: TestSession) => Promise<void>): Promise<void> {
    const port = await openProbe(zmtpPortProbe, { endpoint, peer: 'PUB' });
    await use(port);
    await port.close();
  }

  test('shakes hands through the proxy and directly', async () => {
    for (const name of ['ENGINE_EVENTS', 'ENGINE_EVENTS_DIRECT'])
      await withPort(lab.variables[name]!, async (port) => expect((await port.sample()).outcome).toBe('good'));
  });

  test('of the replay is no PUB', async () => {
    await withPort(lab.variables['ENGINE_REPLAY']!, async (port) => {
      expect((await port.sample()).reason).toBe('wrong socket type: the peer is ROUTER, expected PUB');
    });
  });

  test('is open but silent while the engine is frozen behind its proxy', async () => {
    const pid = (await readPidFile(lab.server('engine').pidFile))!;
    await withPort(lab.variables['ENGINE_EVENTS']!, async (port) => {
      signalProcess(pid, 'SIGSTOP');
      const frozen = await port.sample();
      signalProcess(pid, 'SIGCONT');
      expect(frozen).toMatchObject({ outcome: 'bad', reason: 'the port is open, but no ZMTP greeting came' });
      await expect.poll(async () => (await port.sample()).outcome).toBe('good');
    });
  });
});
