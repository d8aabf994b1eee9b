import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createPrometheusClient } from '../../src/clients/prometheus/client.ts';
import type { ProbeContext, ProbeType } from '../../src/probes/contract.ts';
import { probeTypes } from '../../src/probes/registry.ts';
import { problemOfFinal, problemOfReading } from '../../src/scheduler/reading-check.ts';
import { kubeconfigFor } from '../loopback/kube-peer.ts';
import { closedPort, garbageServer, type LoopbackServer, silentServer } from '../loopback/servers.ts';
import { openProbe, type TestSession } from './session.ts';

/** For each type a config whose service is expected at the address. A type that is not here fails the suite. */
const configs: Record<string, (address: string) => unknown> = {
  'zmtp-port': (address) => ({ endpoint: `tcp://${address}` }),
  'zmq-kv-events': (address) => ({ events: `tcp://${address}` }),
  'kv-routing': (address) => ({ gateway: `http://${address}` }),
  'aibrix-gateway': (address) => ({ url: `http://${address}` }),
  'temporal-workflow': (address) => ({ address, taskQueue: 'q', workflowType: 'w' }),
  'kafka-lag': (address) => ({ brokers: [address], group: 'g', topics: ['t'] }),
  'kafka-stream': (address) => ({ brokers: [address], topics: ['t'], canary: { topic: 'c' } }),
  'k8s-ready': (address) => ({ namespace: 'ours', selector: 'app=a', atLeast: 1, kubeconfig: kubeconfigAt(address) }),
  'pod-logs': (address) => ({ namespace: 'ours', selector: 'app=a', kubeconfig: kubeconfigAt(address) }),
  prometheus: () => ({ source: 'prom', query: 'up' }),
  http: (address) => ({ url: `http://${address}` }),
  tcp: (address) => ({ address }),
};

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function openAt(type: ProbeType, address: string, timeoutMs = 600): Promise<TestSession> {
  const client = await createPrometheusClient({ baseUrl: `http://${address}`, timeoutMs: timeoutMs / 2 });
  cleanups.push(() => client.close());
  const more: Partial<ProbeContext> = { timeoutMs, source: () => client };
  const session = await openProbe(type, configs[type.type]!(address), more);
  cleanups.push(() => session.close());
  return session;
}

async function using(starting: Promise<LoopbackServer>): Promise<LoopbackServer> {
  const server = await starting;
  cleanups.push(() => server.close());
  return server;
}

function kubeconfigAt(address: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'probe-contract-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'config'), kubeconfigFor(`http://${address}`));
  return join(folder, 'config');
}

const deadAddress = async () => `127.0.0.1:${await closedPort()}`;

describe.for([...probeTypes])('probe %s', ([name, type]) => {
  test('its example is a whole probe that fits its schema', () => {
    const example = parse(type.example);

    expect(example.type).toBe(name);
    expect(type.config.safeParse(example.config).error).toBeUndefined();
  });

  test('unknown keys of the config are refused', () => {
    const config = { ...parse(type.example).config, surprise: 1 };

    expect(type.config.safeParse(config).success).toBe(false);
  });

  test('its words for people are there, each on one line', () => {
    const helps = Object.values(type.values).map(({ help }) => help);
    for (const text of [type.summary, type.timeoutMeaning, ...helps]) expect(text).toMatch(/^[^\n]{10,}$/);
  });

  test('what needs traffic names a count of its own', () => {
    for (const { needsTraffic } of Object.values(type.values))
      if (needsTraffic !== undefined) expect(type.values[needsTraffic]?.kind).toBe('count');
  });

  test('a service that is down is a reading with a reason, and the next one has the same', async () => {
    const { sample } = await openAt(type, await deadAddress());

    const readings = [await sample(), await sample()];

    for (const reading of readings) {
      expect(problemOfReading(reading, type.values)).toBeUndefined();
      expect(reading.outcome).not.toBe('good');
    }
    expect(readings[0]?.reason).toBeTruthy();
    expect(readings[1]?.reason).toBe(readings[0]?.reason);
  });

  test.for(['silence', 'garbage'])('%s from the other side ends within the deadline and is not good', async (kind) => {
    if (name === 'tcp') return;
    const server = await using(kind === 'silence' ? silentServer() : garbageServer());
    const { sample, context } = await openAt(type, server.address);

    const began = performance.now();
    const reading = await sample().catch((error: Error) => error);

    expect(performance.now() - began).toBeLessThan(context.timeoutMs + 400);
    if (reading instanceof Error) return;
    expect(problemOfReading(reading, type.values)).toBeUndefined();
    expect(reading).toMatchObject({ outcome: expect.stringMatching(/bad|unknown/), reason: expect.any(String) });
  });

  test('an aborted sample ends at once', async () => {
    const server = await using(silentServer());
    const { session } = await openAt(type, server.address, 5000);
    const stop = new AbortController();
    const sampling = session.sample(stop.signal).catch(() => undefined);
    await wait(50);

    const began = performance.now();
    stop.abort();
    await sampling;

    expect(performance.now() - began).toBeLessThan(200);
  });

  test('close may come twice, with a sample under way, and leaves no connection', async () => {
    const server = await using(silentServer());
    const { session } = await openAt(type, server.address, 1500);
    const stop = new AbortController();
    const sampling = session.sample(stop.signal).catch(() => undefined);
    await wait(50);

    stop.abort();
    await sampling;
    await session.close();
    await session.close();
    for (const cleanup of cleanups.splice(1).reverse()) await cleanup();

    await expect.poll(() => server.connections()).toBe(0);
  });

  test('a drain with nothing in flight is quick and true to its values', async () => {
    const { session } = await openAt(type, await deadAddress());
    if (!session.drain) return;

    const finals = [(await session.drain(AbortSignal.timeout(3000))) ?? []].flat();

    for (const final of finals) expect(problemOfFinal(final, type.values)).toBeUndefined();
  });
});

test('every probe type has a config in this suite', () => {
  expect(Object.keys(configs).sort()).toEqual([...probeTypes.keys()].sort());
});
