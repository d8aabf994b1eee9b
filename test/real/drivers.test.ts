import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { Driver } from '../../src/chaos/contract.ts';
import { readProcess } from '../../src/chaos/lib/process-status.ts';
import { processDriver } from '../../src/chaos/process/driver.ts';
import { driverTypes } from '../../src/chaos/registry.ts';
import { sweepOrphans } from '../../src/chaos/sweep.ts';
import { toxiproxyDriver } from '../../src/chaos/toxiproxy/driver.ts';
import { silentLog } from '../../src/clients/log.ts';
import type { Evidence } from '../../src/slo/model/entry.ts';
import { injectAndDie } from '../chaos/crashing-runner.ts';
import { open, openSetting, signal } from '../chaos/driver-setting.ts';
import { type LoopbackServer, tcpServer } from '../loopback/servers.ts';

/** Talks without being asked, faster than any limit below. */
function torrent(): Promise<LoopbackServer> {
  return tcpServer((socket) => {
    const pour = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(64 * 1024)));
    };
    socket.on('drain', pour);
    pour();
  });
}

/** What became of a connection that stays open: bytes it got, and how it ended. */
function holdConnection(address: string): { socket: Socket; seen: { bytes: number; ended?: string } } {
  const [host, port] = address.replace('tcp://', '').split(':') as [string, string];
  const socket = connect(Number(port), host);
  const seen: { bytes: number; ended?: string } = { bytes: 0 };
  socket.on('data', (chunk) => void Object.assign(seen, { bytes: seen.bytes + chunk.length }));
  socket.on('end', () => void Object.assign(seen, { ended: 'closed' }));
  socket.on('error', (error: NodeJS.ErrnoException) => void Object.assign(seen, { ended: error.code }));
  onTestFinished(() => void socket.destroy());
  return { socket, seen };
}

describe('faults on a real Toxiproxy and a real engine', () => {
  let lab: Lab;
  let upstream: LoopbackServer;
  beforeAll(async () => {
    upstream = await torrent();
    const proxies = [{ name: 'torrent', upstream: `127.0.0.1:${upstream.port}` }];
    lab = await startLab({ services: ['engine', 'toxiproxy'], proxies });
  });
  afterAll(async () => {
    await lab?.stop();
    await upstream?.close();
  });
  const url = () => lab.variables['TOXIPROXY_URL']!;
  const toxicsLeft = async () => JSON.stringify(await (await fetch(`${url()}/proxies`, agent)).json());

  /** Whether each piece of evidence holds, first of reading back, then of measuring; undefined: not measured. */
  type Held = (boolean | undefined)[];
  const heldBy = (evidence: readonly Evidence[]): Held => evidence.map((piece) => piece.holds);

  async function inject(config: object, held: Held = [true, true]): Promise<Driver> {
    const setting = await openSetting();
    onTestFinished(() => setting[Symbol.asyncDispose]());
    const driver = await open(toxiproxyDriver, { url: url(), ...config }, setting.context);
    expect((await driver.prepare(signal())).problems).toEqual([]);
    const { evidence } = await driver.inject(signal(20_000));
    expect(heldBy(evidence), JSON.stringify(evidence)).toEqual(held);
    return driver;
  }

  async function mend(driver: Driver, held: Held = [true, true]): Promise<void> {
    const again = await driver.evidence(signal(5_000));
    expect(heldBy(again), JSON.stringify(again)).toEqual(held);
    const began = performance.now();
    await driver.recover(signal(10_000));
    expect(performance.now() - began, 'the measuring must not hold up the removal').toBeLessThan(2_000);
    await driver.recover(signal(10_000));
    await driver.close();
    expect(await toxicsLeft()).not.toMatch(/steadfast|"enabled":false/);
  }

  const once: Held = [true, undefined];
  const twice: Held = [true, true];
  const ask = 'GET /healthz HTTP/1.0\r\n\r\n';
  test.each<[string, object, Held, Held]>([
    ['refuse', { proxy: 'engine-events', action: 'refuse' }, twice, twice],
    ['blackhole', { proxy: 'engine-events', action: 'blackhole' }, twice, twice],
    ['blackhole under a torrent', { proxy: 'torrent', action: 'blackhole' }, twice, twice],
    ['blackhole where one must ask', { proxy: 'engine-http', action: 'blackhole', provoke: ask }, twice, twice],
    ['latency', { proxy: 'engine-events', action: 'latency', latency: '300ms', jitter: '50ms' }, twice, twice],
    ['latency under a torrent', { proxy: 'torrent', action: 'latency', latency: '500ms' }, twice, twice],
    ['latency too long to wait for', { proxy: 'torrent', action: 'latency', latency: '30s' }, once, once],
    ['bandwidth', { proxy: 'torrent', action: 'bandwidth', rate: '100KB' }, twice, once],
    ['reset', { proxy: 'engine-events', action: 'reset' }, twice, twice],
    ['reset under a torrent', { proxy: 'torrent', action: 'reset' }, twice, twice],
  ])('%s is proven by what a fresh connection meets, and leaves nothing', async (_sentence, config, made, leaving) => {
    await mend(await inject(config, made), leaving);
  });

  test('says what it did not measure at a service that waits to be asked', async () => {
    await using setting = await openSetting();
    const driver = await open(
      toxiproxyDriver,
      { url: url(), proxy: 'engine-http', action: 'blackhole' },
      setting.context,
    );
    const { evidence } = await driver.inject(signal(20_000));
    expect(evidence[0]).toMatchObject({ of: 'mechanism', holds: true, text: expect.stringContaining('read back') });
    expect(evidence[1]).toMatchObject({ of: 'note', text: expect.stringContaining('give `provoke`') });
    await driver.recover(signal());
    await driver.close();
  });

  test('what clients in a blackhole see: silence, and an end when it is removed', async () => {
    const { seen } = holdConnection(lab.variables['ENGINE_EVENTS']!);
    await expect.poll(() => seen.bytes).toBeGreaterThan(0);
    const driver = await inject({ proxy: 'engine-events', action: 'blackhole' });
    expect(seen.ended).toBeUndefined();
    await mend(driver);
    await expect.poll(() => seen.ended).toBe('closed');
  });

  test('what clients of a proxy that refuses see: an end when it begins', async () => {
    const { seen } = holdConnection(lab.variables['ENGINE_EVENTS']!);
    await expect.poll(() => seen.bytes).toBeGreaterThan(0);
    const driver = await inject({ proxy: 'engine-events', action: 'refuse' });
    await expect.poll(() => seen.ended).toBe('closed');
    await mend(driver);
  });

  test.each(['refuse', 'blackhole'])('a sweep removes %s that a killed runner left behind', async (action) => {
    await using setting = await openSetting();
    await injectAndDie(setting.faults, 'toxiproxy', { url: url(), proxies: ['engine-events', 'torrent'], action });
    expect(await toxicsLeft()).toContain('steadfast-r-e-');

    const second = await open(toxiproxyDriver, { url: url(), proxy: 'torrent', action }, setting.context);
    expect((await second.prepare(signal())).problems.join()).toContain('still has a fault');
    const { removed, failed } = await sweepOrphans(setting.faults, driverTypes, signal(), silentLog);
    expect(failed).toEqual([]);
    expect(removed).toHaveLength(1);
    expect(await toxicsLeft()).not.toMatch(/steadfast|"enabled":false/);
    expect((await second.prepare(signal())).problems).toEqual([]);
    await second.close();
  });

  test('pauses the engine: its port accepts and nobody is at home', async () => {
    await using setting = await openSetting();
    const pidFile = lab.variables['ENGINE_PID_FILE']!;
    const driver = await open(processDriver, { action: 'pause', pidFile }, setting.context);
    expect((await driver.prepare(signal())).problems).toEqual([]);
    const { evidence } = await driver.inject(signal());
    expect(evidence).toMatchObject([{ of: 'mechanism', holds: true }]);

    const { seen } = holdConnection(lab.variables['ENGINE_EVENTS_DIRECT']!);
    await setting.context.sleep(300, signal());
    expect(seen).toEqual({ bytes: 0 });
    await driver.recover(signal());
    await expect.poll(() => seen.bytes).toBeGreaterThan(0);
  });

  test.each(['kill', 'restart'])('%s ends the engine, and the lab starts it again', async (action) => {
    await using setting = await openSetting();
    const { ENGINE_PID_FILE: pidFile, LAB_NODE: node, LAB_LAUNCH: launch, ENGINE_SPEC: spec } = lab.variables;
    const ready = action === 'restart' ? { ready: { http: lab.variables['ENGINE_METRICS'] } } : {};
    const start = { start: [node, launch, spec], startWritesPidFile: true, log: `${setting.folder}/log` };
    const config = { action, pidFile, ...start, ...ready };
    const driver = await open(processDriver, config, setting.context);
    const before = await readFile(pidFile!, 'utf8');

    await driver.inject(signal(10_000));
    const held = await driver.hold?.(signal(20_000));
    if (held) expect(held.evidence).toMatchObject([{ of: 'mechanism', holds: true }]);
    expect(await driver.evidence(signal())).toMatchObject([{ of: 'mechanism', holds: true }]);
    await driver.recover(signal(20_000));
    const after = await readFile(pidFile!, 'utf8');
    expect(after).not.toBe(before);
    expect(readProcess(Number(after.split('\n')[0]))).toBeDefined();
    if (!held) await expect.poll(() => lab.state('engine').catch(() => undefined), { timeout: 10_000 }).toBeDefined();
    expect(await lab.state('engine')).toMatchObject({ batchesPerSecond: expect.any(Number) });
  });
});

/** Toxiproxy answers no browser. */
const agent = { headers: { 'user-agent': 'test' } };
