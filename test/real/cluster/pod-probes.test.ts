/** The probes that look at pods, on a real API server with a real kubelet and runtime. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import type { FinalReading, ProbeType, Reading } from '../../../src/probes/contract.ts';
import { k8sReadyProbe } from '../../../src/probes/k8s-ready/probe.ts';
import { podLogsProbe } from '../../../src/probes/pod-logs/probe.ts';
import { openProbe, type TestSession } from '../../probes/session.ts';
import { podSpec } from './cut-stage.ts';
import { eventually, openScene, type Scene } from './scene.ts';

const TALKS = 'n=0; while true; do n=$((n+1)); echo "fine $n"; sleep 0.2; done';
const CRASHES =
  'echo started; while [ ! -e /tmp/crash ]; do sleep 0.1; done; echo "ERROR last words: vllm-0 refused the connection"; exit 1';
const SAMPLE_EVERY_MS = 500;

let cluster: Cluster;
let scene: Scene;
let open: TestSession | undefined;

beforeAll(async () => {
  cluster = await startCluster();
  scene = await openScene(cluster);
  const labels = { app: 'talker' };
  const template = { metadata: { labels }, spec: podSpec(TALKS) };
  await scene.create(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'talker' },
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'crasher', labels: { app: 'crasher' } },
      spec: podSpec(CRASHES),
    },
  );
  await scene.kubectl('wait', 'deployment/talker', '--for=condition=Available', '--timeout=120s');
  await scene.kubectl('wait', 'pod', '--all', '--for=condition=Ready', '--timeout=120s');
});

afterAll(() => scene?.[Symbol.asyncDispose]());
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function probing(type: ProbeType, config: object): Promise<TestSession> {
  open = await openProbe(
    type,
    { namespace: scene.namespace, kubeconfig: cluster.kubeconfig, ...config },
    { timeoutMs: 5_000 },
  );
  return open;
}

/** Samples one after the other until one is as wanted; all of them, whose covers join. */
async function sampled({ sample }: TestSession, isEnough: (all: Reading[]) => boolean): Promise<Reading[]> {
  const all: Reading[] = [];
  for (const end = performance.now() + 20_000; performance.now() < end; await sleep(SAMPLE_EVERY_MS)) {
    all.push(await sample());
    if (isEnough(all)) return all;
  }
  throw new Error(`never as wanted: ${JSON.stringify(all.slice(-3))}`);
}

const total = (readings: (Reading | FinalReading)[], value: string) =>
  readings.reduce((sum, { values }) => sum + (values[value] ?? 0), 0);

function expectJoined(readings: Reading[]): void {
  const covers = readings.flatMap((each) => (each.covers ? [each.covers] : []));
  for (const [index, [from]] of covers.slice(1).entries()) expect(from, 'the covers join').toBe(covers[index]![1]);
}

describe('pod-logs', () => {
  it('counts each line once, however many come at once', async () => {
    const [pod = ''] = (await scene.kubectl('get', 'pods', '-l', 'app=talker', '-o', 'name')).split('\n');
    const session = await probing(podLogsProbe, { workload: 'deployment/talker' });
    const before = await session.sample();
    expect(before.outcome, before.reason).toBe('good');
    await scene.shell(pod, 'for i in $(seq 1 2000); do echo "ERROR burst $i"; done > /proc/1/fd/1');
    const readings = await sampled(session, (all) => total(all, 'errorLines') >= 2_000);
    const after = await session.sample();

    expect(total([...readings, after], 'errorLines')).toBe(2_000);
    expect(readings.map(({ outcome }) => outcome)).not.toContain('bad');
    expect(total(readings, 'lines')).toBeGreaterThan(2_000);
    expectJoined([before, ...readings, after]);
  });

  it('reads the last words before a crash, once', async () => {
    const patterns = [{ name: 'names-peer', matches: 'vllm-\\d refused' }];
    const session = await probing(podLogsProbe, { selector: 'app=crasher', patterns });
    await scene.shell('crasher', 'touch /tmp/crash');
    const restarts = async () =>
      (await scene.read<{ status: { containerStatuses: { restartCount: number }[] } }>('pod', 'crasher')).status
        .containerStatuses[0]!.restartCount;
    await eventually(restarts, (count) => count > 0, 30_000);
    const readings = await sampled(session, (all) => total(all, 'lines') >= 2);
    const final = (await session.session.drain!(AbortSignal.timeout(5_000))) as FinalReading;

    expect(total([...readings, final], 'names-peer'), 'once').toBe(1);
    expect(total([...readings, final], 'lines'), 'the last words, and the first of the next run').toBe(2);
    expectJoined(readings);
  });
});

describe('k8s-ready', () => {
  it('sees a pod go and another take its place', async () => {
    const session = await probing(k8sReadyProbe, { workload: 'deployment/talker' });
    expect(await session.sample()).toMatchObject({ outcome: 'good', values: { ready: 2, wanted: 2, replaced: 0 } });
    const [pod = ''] = (await scene.kubectl('get', 'pods', '-l', 'app=talker', '-o', 'name')).split('\n');
    await scene.kubectl('delete', pod, '--grace-period=0', '--force', '--wait=false');
    const readings = await sampled(session, (all) => total(all, 'replaced') > 0 && all.at(-1)?.outcome === 'good');

    expect(total(readings, 'replaced')).toBe(1);
    expect(readings.map(({ outcome }) => outcome)).not.toContain('unknown');
    expectJoined(readings);
  });

  it('tells a container that had used up its memory from one that ended otherwise', async () => {
    const spec = podSpec(
      'until [ -e /tmp/eat ]; do sleep 0.1; done; dd if=/dev/zero of=/dev/null bs=256M count=1; exit 1',
    );
    const [container] = spec.containers;
    const limited = { ...spec, containers: [{ ...container, resources: { limits: { memory: '24Mi' } } }] };
    await scene.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'eater', labels: { app: 'eater' } },
      spec: limited,
    });
    await scene.kubectl('wait', 'pod/eater', '--for=condition=Ready', '--timeout=60s');
    const session = await probing(k8sReadyProbe, { selector: 'app in (eater, crasher)', atLeast: 2 });
    await scene.shell('eater', 'touch /tmp/eat');
    const readings = await sampled(session, (all) => total(all, 'restarts') > 0);

    expect(total(readings, 'oomKilled')).toBe(1);
    expectJoined(readings);
  });
});
