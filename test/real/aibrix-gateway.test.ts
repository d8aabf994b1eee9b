/** The counters of the lab's gateway, which counts where AIBrix's does. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { defectNames } from '../../lab/workloads/gateway/defects.ts';
import { aibrixGatewayProbe } from '../../src/probes/aibrix-gateway/probe.ts';
import { openProbe, type TestSession } from '../probes/session.ts';
import { type GatewayStage, stageGateway } from './gateway-stage.ts';

let stage: GatewayStage;
beforeAll(async () => {
  stage = await stageGateway();
});
afterAll(() => stage?.stop());

let probe: TestSession;
beforeEach(async () => {
  const url = `${stage.gateway.url}/metrics`;
  probe = await openProbe(aibrixGatewayProbe, { url }, { timeoutMs: 5_000 });
});
afterEach(async () => {
  await probe.close();
  for (const name of defectNames) await stage.gateway.control({ command: 'defect', name, on: false });
});

test('events come from every engine, and none is missing', async () => {
  const eventsOfEach = async () => {
    const { parts } = await probe.sample();
    return Math.min(...(parts ?? []).map(({ values }) => values['eventsReceived'] ?? 0));
  };
  await expect.poll(eventsOfEach, { interval: 1_500, timeout: 20_000 }).toBeGreaterThan(0);
  const reading = await probe.sample();

  expect(reading).toMatchObject({ outcome: 'good', values: { missedEvents: 0, pods: 3, connected: 3 } });
  expect(reading.parts?.map(({ labels }) => labels['pod_key'])).toEqual(['lab/vllm-0', 'lab/vllm-1', 'lab/vllm-2']);
});

test('batches that an engine lost are missing, and the engine is named', async () => {
  await stage.engines[1]!.control({ command: 'lose', batches: 2, replayable: true });
  let reading = await probe.sample();
  let missed = reading.values['missedEvents'] ?? 0;
  for (let look = 0; look < 40 && missed < 2; look++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    reading = await probe.sample();
    missed += reading.values['missedEvents'] ?? 0;
  }

  expect(missed).toBe(2);
  expect(reading).toMatchObject({ outcome: 'bad', reason: 'batches of events are missing' });
  expect(reading.parts?.filter(({ outcome }) => outcome === 'bad')).toMatchObject([
    { labels: { pod_key: 'lab/vllm-1' } },
  ]);
});

test('a gateway that shows no metrics of its events is unknown, with the names of what is absent', async () => {
  await stage.gateway.control({ command: 'defect', name: 'noEventMetrics', on: true });

  const reading = await probe.sample();

  expect(reading).toMatchObject({
    outcome: 'unknown',
    reason:
      "absent from the gateway's metrics: aibrix_kvcache_zmq_connections_total, aibrix_kvcache_zmq_events_received_total, aibrix_kvcache_zmq_missed_events_total",
  });
  expect(reading.values).not.toHaveProperty('missedEvents');
});
