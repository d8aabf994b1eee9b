import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../../../lab/processes/ports.ts';
import { type KvEngine, startKvEngine } from '../../../../lab/workloads/engine/kv-engine.ts';
import { createLedger } from '../../../../lab/workloads/engine/ledger.ts';
import { type Release, releases } from '../../../../lab/workloads/engine/releases.ts';
import { type Defect, switchedOn } from '../../../../lab/workloads/gateway/defects.ts';
import { createEventMetrics } from '../../../../lab/workloads/gateway/event-metrics.ts';
import { keepConnected } from '../../../../lab/workloads/gateway/kv-connection.ts';
import { createPrefixIndex } from '../../../../lab/workloads/gateway/prefix-index.ts';

interface State {
  status: string;
  lastSequence: number | null;
  blocks: number;
  fingerprint: string;
  totals: Record<string, number>;
}

async function engineAndGateway(options: { defects?: Defect[]; release?: Release; rate?: number } = {}) {
  const [eventsPort, replayPort] = (await freePorts(2)) as [number, number];
  const ports = { eventsPort, replayPort };
  const { rate: batchesPerSecond = 100, release = '0.33' } = options;
  const engine = await startKvEngine({
    ...ports,
    topic: '',
    bufferSteps: 1_000,
    hashes: 'int',
    rules: () => releases[release],
    ledger: createLedger(new Registry()),
    batchesPerSecond,
    cacheBlocks: 50,
  });
  onTestFinished(() => engine.close());
  const registry = new Registry();
  const defects = switchedOn(options.defects ?? []);
  const index = createPrefixIndex(defects);
  const pod = { key: 'lab/engine', address: '127.0.0.1', httpPort: 1, ...ports, ready: true, life: 'first' };
  const metrics = createEventMetrics(registry)(pod.key);
  const said: string[] = [];
  const connection = keepConnected(pod, {
    index,
    defects,
    metrics,
    say: (level, text) => said.push(`${level} ${text}`),
  });
  onTestFinished(() => connection.close());
  const state = () => connection.state() as State;
  return { engine, connection, pod, state, said, shown: () => registry.metrics() };
}

const soon = { timeout: 8_000, interval: 20 };

/** The engine goes silent, and the gateway has read all that there is, twice in a row: what waits to be sent has no number yet. */
async function settle(engine: KvEngine, state: () => State): Promise<void> {
  engine.setRate(0);
  const unread = () => engine.nextSequence() - 1 - (state().lastSequence ?? -1);
  await expect.poll(unread, soon).toBe(0);
  await sleep(250);
  await expect.poll(unread, soon).toBe(0);
}

const truthOf = (engine: KvEngine) => ({ blocks: engine.cachedBlocks(), fingerprint: engine.cacheFingerprint() });

/** That many batches more than now have been applied. */
async function applied(state: () => State, count: number): Promise<void> {
  const now = () => state().totals['applied'] ?? 0;
  const before = now();
  await expect.poll(now, soon).toBeGreaterThan(before + count);
}

describe('a sound gateway holds what its engine holds', () => {
  test.each(['0.23', '0.24', '0.33'] as const)('though it came late, of release %s', async (release) => {
    const { engine, state } = await engineAndGateway({ release });
    await applied(state, 30);
    await settle(engine, state);
    expect(state()).toMatchObject({ status: 'connected', ...truthOf(engine) });
  });

  test('after batches were lost on the way', async () => {
    const { engine, state } = await engineAndGateway();
    await applied(state, 5);
    engine.befall({ command: 'lose', batches: 7, replayable: true });
    await expect.poll(() => state().totals['missed'], soon).toBeGreaterThanOrEqual(7);
    await settle(engine, state);
    expect(state()).toMatchObject(truthOf(engine));
    expect(state().totals['lost'] ?? 0).toBe(0);
  });

  test('after batches came twice and late', async () => {
    const { engine, state } = await engineAndGateway();
    await applied(state, 5);
    engine.befall({ command: 'repeat', batches: 5 });
    engine.befall({ command: 'late', batches: 3, forMs: 100, replayable: true });
    await expect.poll(() => state().totals['repeated'], soon).toBeGreaterThanOrEqual(8);
    await settle(engine, state);
    expect(state()).toMatchObject({ ...truthOf(engine), totals: expect.not.objectContaining({ restarts: 1 }) });
  });

  test('after the engine began anew, also when the new one says nothing', async () => {
    const { engine, state } = await engineAndGateway();
    await applied(state, 10);
    engine.setRate(0);
    await engine.restart(100);
    await expect.poll(() => state().totals['restarts'], soon).toBe(1);
    expect(state()).toMatchObject({ blocks: 0, lastSequence: null });
    engine.setRate(100);
    await applied(state, 30);
    await settle(engine, state);
    expect(state()).toMatchObject(truthOf(engine));
  });

  test('once it hears that the pod began anew, though the stream does not show it', async () => {
    const { connection, state, pod } = await engineAndGateway();
    await applied(state, 10);
    const { replays } = state().totals;
    connection.update({ ...pod, life: 'second' });
    await expect.poll(() => state().totals['replays'], soon).toBe(replays! + 1);
  });

  test('and says what it cannot know: batches that no replay has', async () => {
    const { engine, state } = await engineAndGateway();
    await applied(state, 5);
    engine.befall({ command: 'lose', batches: 4, replayable: false });
    await expect.poll(() => state().totals['lost'], soon).toBe(4);
  });

  test('and goes on after a batch that nobody can read', async () => {
    const { engine, state, shown } = await engineAndGateway();
    await applied(state, 5);
    engine.befall({ command: 'corrupt', batches: 1 });
    await expect.poll(() => state().totals['unreadable'], soon).toBe(1);
    await settle(engine, state);
    expect(await shown()).toContain('aibrix_kvcache_zmq_errors_total{pod_key="lab/engine",error_type="decode"} 1');
    expect(await shown()).toContain('aibrix_kvcache_zmq_disconnections_total{pod_key="lab/engine"} 0');
  });
});

describe('a gateway with a defect', () => {
  test('dropReplayed: asks for what was lost on the way, takes the answer for a success, and still lacks it', async () => {
    const { engine, state, shown } = await engineAndGateway({ defects: ['dropReplayed'] });
    await applied(state, 5);
    engine.befall({ command: 'lose', batches: 5, replayable: true });
    await expect.poll(() => state().totals['lost'], soon).toBeGreaterThanOrEqual(5);
    expect(state().totals['dropped']).toBeGreaterThanOrEqual(1);
    expect(await shown()).toMatch(/aibrix_kvcache_zmq_replay_requests_total\S+ [2-9]/);
  });

  test('noReplayOnGap: what was lost on the way stays lost', async () => {
    const { engine, state } = await engineAndGateway({ defects: ['noReplayOnGap'] });
    await applied(state, 5);
    engine.befall({ command: 'lose', batches: 5, replayable: true });
    await expect.poll(() => state().totals['lost'], soon).toBeGreaterThanOrEqual(5);
    expect(state().totals['replays']).toBe(1);
  });

  test('keepIndexAfterRestart: holds blocks of a life that is over', async () => {
    const { engine, state } = await engineAndGateway({ defects: ['keepIndexAfterRestart'] });
    await applied(state, 20);
    await settle(engine, state);
    await engine.restart(50);
    engine.setRate(100);
    await applied(state, 5);
    await settle(engine, state);
    expect(state().totals['restarts']).toBeUndefined();
    expect(state().blocks).toBeGreaterThan(engine.cachedBlocks());
  });

  test('arrayEventsOnly with reconnectOnBadBatch: turns in circles and learns nothing from 0.24 on', async () => {
    const defects: Defect[] = ['arrayEventsOnly', 'reconnectOnBadBatch'];
    const { state, shown } = await engineAndGateway({ defects, release: '0.24' });
    await expect.poll(() => state().totals['unreadable'], soon).toBeGreaterThanOrEqual(2);
    expect(state()).toMatchObject({ blocks: 0, lastSequence: null });
    expect(await shown()).toMatch(/aibrix_kvcache_zmq_connections_total\S+ [2-9]/);
    expect(await shown()).toMatch(/aibrix_kvcache_zmq_reconnect_attempts_total\S+ 0/);
  });

  test('noConnectionWatch: says that it is connected where nobody is', async () => {
    const { engine, state, shown } = await engineAndGateway({ defects: ['noConnectionWatch'] });
    await applied(state, 5);
    const restarted = engine.restart(1_500);
    await sleep(800);
    expect(state().status).toBe('connected');
    expect(await shown()).toMatch(/aibrix_kvcache_zmq_connection_status\S+ 1/);
    await restarted;
  });
});

test('a sound gateway says that it is not connected where nobody is, and in its log who is gone, why, and when it is back', async () => {
  const { engine, state, said, pod } = await engineAndGateway();
  await applied(state, 5);
  const restarted = engine.restart(1_500);
  await expect.poll(() => state().status, soon).toBe('disconnected');
  await restarted;
  await expect.poll(() => state().status, soon).toBe('connected');
  const peer = `the events of lab/engine at 127.0.0.1:${pod.eventsPort}`;
  expect(said.slice(0, 2)).toEqual([
    `ERROR lost ${peer}: it closed the connection, or timed out at a heartbeat`,
    `INFO ${peer} is back`,
  ]);
});
