/** What proves the faults that are not of the network. The real thing: `test/real/cluster/proof.test.ts`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clockInLog } from '../../../../src/chaos/chaos-mesh/proof/clock-reading.ts';
import { httpServer } from '../../../loopback/servers.ts';
import { candidate, carrying, openProofStage, type ProofStage, soon, textOf } from './proof-stage.ts';

let stage: ProofStage;
const container = [{ id: 'ns/web/main', key: '.' as const }];

beforeEach(async () => {
  stage = await openProofStage();
});
afterEach(() => stage[Symbol.asyncDispose]());
describe('stress', () => {
  const cpu = { mode: 'all', selector: {}, stressors: { cpu: { workers: 1, load: 80 } } };
  const memory = { mode: 'all', selector: {}, stressors: { memory: { workers: 1, size: '100MB' } } };
  let used: { cores: number; seconds: number; bytes: number; at: number };

  function kubelet({ allowed = true } = {}): void {
    used = { cores: 0.01, seconds: 1, bytes: 20e6, at: 0 };
    stage.peer.misbehave = ({ path }) => {
      if (path.startsWith('/apis/metrics.k8s.io/')) return { status: 404, body: { message: 'not installed' } };
      if (!path.includes('/proxy/stats/summary')) return undefined;
      return allowed
        ? { status: 200, body: summary() }
        : { status: 403, body: { message: 'nodes/proxy is forbidden' } };
    };
  }

  function summary() {
    const time = new Date(used.at).toISOString();
    const stats = {
      name: 'main',
      cpu: { time, usageNanoCores: used.cores * 1e9, usageCoreNanoSeconds: used.seconds * 1e9 },
      memory: { workingSetBytes: used.bytes },
    };
    return { pods: [{ podRef: { namespace: 'ns', name: 'web' }, containers: [stats] }] };
  }

  test('is proven by processor time, as a mean where the last reading lies before the fault', async () => {
    kubelet();
    const proof = await stage.open('StressChaos', cpu, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    used = { ...used, seconds: 9, at: 20_000 };
    expect(await proof.during(container, soon())).toMatchObject([
      { holds: true, text: 'ns/web/main: 0.40 cores of processor time (before the fault 0.01 cores)' },
    ]);
  });

  test('is refuted where processor time stayed as it was', async () => {
    kubelet();
    const proof = await stage.open('StressChaos', cpu, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    used = { ...used, seconds: 1.2, at: 20_000 };
    expect(await proof.during(container, soon())).toMatchObject([{ holds: false }]);
  });

  test('is not proven by a container that was started anew', async () => {
    kubelet();
    const proof = await stage.open('StressChaos', cpu, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    used = { ...used, cores: 0.9, seconds: 0.5, at: 20_000 };
    expect(await proof.during(container, soon())).toMatchObject([
      { of: 'note', text: expect.stringContaining('ns/web/main: it was restarted since') },
    ]);
  });

  test('is not decided where nobody measured since', async () => {
    kubelet();
    const proof = await stage.open('StressChaos', cpu, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    const text = expect.stringContaining('nobody has measured its processor time since the fault began');
    expect(await proof.during(container, soon())).toMatchObject([{ of: 'note', text }]);
  });

  test('is not decided where the container used nearly all of its limit before', async () => {
    kubelet();
    const limited = stage.pod('web', { container: { resources: { limits: { cpu: '500m' } } } });
    const proof = await stage.open('StressChaos', cpu, [candidate(limited)]);
    used.cores = 0.45;
    await proof.before(soon());
    used = { ...used, cores: 0.5, at: 20_000 };
    expect(await proof.during(container, soon())).toMatchObject([
      { of: 'note', text: expect.stringContaining('nearly all of its limit') },
    ]);
  });

  test.each([
    ['is proven by half of it', 75e6, true],
    ['is refuted by less', 30e6, false],
  ])('of memory %s', async (_, bytes, holds) => {
    kubelet();
    const proof = await stage.open('StressChaos', memory, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    used = { ...used, bytes, at: 20_000 };
    expect(await proof.during(container, soon())).toMatchObject([{ holds }]);
  });

  test('of memory is not decided where nobody measured since', async () => {
    kubelet();
    const proof = await stage.open('StressChaos', memory, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    const text = expect.stringContaining('nobody has measured its memory since the fault began');
    expect(await proof.during(container, soon())).toMatchObject([{ of: 'note', text }]);
  });

  test('says what is lacking where usage may not be read', async () => {
    kubelet({ allowed: false });
    const proof = await stage.open('StressChaos', cpu, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    expect(await proof.during(container, soon())).toMatchObject([
      { of: 'note', text: expect.stringContaining('allow `get` on nodes/proxy or install a metrics server') },
    ]);
  });

  test('is read from a metrics server where the kubelet may not be asked', async () => {
    kubelet({ allowed: false });
    const { misbehave } = stage.peer;
    let cpuText = '10m';
    stage.peer.misbehave = (request) => {
      if (!request.path.startsWith('/apis/metrics.k8s.io/')) return misbehave(request);
      const timestamp = new Date(cpuText === '10m' ? 0 : 20_000).toISOString();
      const containers = [{ name: 'main', usage: { cpu: cpuText, memory: '20Mi' } }];
      return { status: 200, body: { items: [{ metadata: { namespace: 'ns', name: 'web' }, timestamp, containers }] } };
    };
    const proof = await stage.open('StressChaos', cpu, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    cpuText = '700123456n';
    expect(await proof.during(container, soon())).toMatchObject([
      { holds: true, text: expect.stringContaining('0.70 cores') },
    ]);
  });
});

describe('a clock', () => {
  const spec = { mode: 'all', selector: {}, timeOffset: '+30s' };

  async function telling(offsetMs: () => number) {
    const server = await httpServer((_, response) => {
      response.setHeader('Date', new Date(Date.now() + offsetMs()).toUTCString()).end();
    });
    const web = stage.pod('web', { container: { ports: [{ containerPort: server.port }] } });
    const proof = await stage.open('TimeChaos', spec, [candidate(web)]);
    await proof.before(soon());
    return { proof, server };
  }

  test('is read from an HTTP answer', async () => {
    let offsetMs = 0;
    const { proof, server } = await telling(() => offsetMs);
    offsetMs = 30_000;
    expect(await proof.during(container, soon())).toMatchObject([
      { holds: true, text: expect.stringContaining(`by HTTP port ${server.port}`) },
    ]);
    expect(textOf(await proof.after(soon()))).toContain('the clock of ns/web/main is still wrong');
    offsetMs = 0;
    expect(textOf(await proof.after(soon()))).toBe('the clock of ns/web/main is right again');
    await server.close();
  });

  test('that nobody tells afterwards is not said to be right again', async () => {
    const { proof, server } = await telling(() => 30_000);
    await proof.during(container, soon());
    await server.close();
    const after = await proof.after(soon());
    expect(after.state).toBe('cleared');
    expect(textOf(after)).toContain('could not be read: that it is right again is what the records say');
  });

  test('that did not move refutes the fault', async () => {
    const { proof, server } = await telling(() => 0);
    expect(await proof.during(container, soon())).toMatchObject([{ holds: false }]);
    await server.close();
  });

  test('that nobody tells is said to be unread', async () => {
    const proof = await stage.open('TimeChaos', spec, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    const evidence = await proof.during(container, soon());
    expect(evidence).toMatchObject([{ of: 'note', text: expect.stringContaining('give `expect`') }]);
  });

  const stamp = '2026-11-22T10:00:00.123456789Z';
  const stampedMs = Date.parse('2026-11-22T10:00:00.123Z');
  test.each<[string, string, number | undefined]>([
    ['ISO time', `${stamp} 2026-11-22T10:00:30.123Z tick`, 30_000],
    ['ISO time of another zone', `${stamp} at 2026-11-22T11:00:30.123+01:00`, 30_000],
    ['number of ms since 1970', `${stamp} {"level":30,"time":${stampedMs + 30_000},"msg":"tick"}`, 30_000],
    ['newest line', `${stamp} 2026-11-22T10:00:30.123Z a\n${stamp} 2026-11-22T09:59:55.123Z b\n`, -5_000],
    ['line that tells none', `${stamp} no time in here, but 12345 and 1.7`, undefined],
    ['line from before the fault', '2026-11-22T09:00:00Z 2026-11-22T09:00:30Z old', undefined],
    ['line without a stamp', 'tick', undefined],
  ])('is read from a logged %s', (_, log, aheadMs) => {
    expect(clockInLog(log, stampedMs - 1_000)?.aheadMs).toBe(aheadMs);
  });
});

describe('faults that only Chaos Mesh itself can tell of', () => {
  const io = { action: 'latency', mode: 'all', selector: {}, volumePath: '/data' };
  const carriers = '/apis/chaos-mesh.org/v1alpha1/namespaces/ns/podiochaos';

  test('are proven by what its daemon confirmed, and cleared when it is taken out', async () => {
    const proof = await stage.open('IOChaos', io, [candidate(stage.pod('web'))]);
    stage.peer.put(carriers, carrying('web', 'actions'));
    expect(await proof.during(container, soon())).toMatchObject([
      { holds: true, text: expect.stringContaining('its effect was not measured') },
    ]);
    expect(textOf(await proof.after(soon()))).toContain('the fault is still set');
    stage.peer.put(carriers, { metadata: { name: 'web', generation: 2 }, spec: {}, status: { observedGeneration: 2 } });
    expect((await proof.after(soon())).state).toBe('cleared');
  });

  test('are looked for in a pod that came after the others were chosen as well', async () => {
    const proof = await stage.open('IOChaos', io, [candidate(stage.pod('web'))]);
    stage.pod('late');
    for (const name of ['web', 'late']) stage.peer.put(carriers, carrying(name, 'actions'));
    const both = ['web', 'late'].map((name) => ({ id: `ns/${name}/main`, key: '.' as const }));
    expect(await proof.during(both, soon())).toHaveLength(2);
    stage.peer.put(carriers, { metadata: { name: 'web', generation: 2 }, spec: {}, status: { observedGeneration: 2 } });
    expect(textOf(await proof.after(soon()))).toContain('ns/late: the fault is still set');
  });

  test('are not proven while the daemon has yet to do it', async () => {
    const proof = await stage.open('IOChaos', io, [candidate(stage.pod('web'))]);
    stage.peer.put(carriers, carrying('web', 'actions', { generation: 2 }));
    expect(await proof.during(container, soon())).toMatchObject([{ holds: false }]);
  });

  test('are left to `expect` where there is nothing to see at all', async () => {
    const proof = await stage.open('DNSChaos', { action: 'error', mode: 'all', selector: {} }, [
      candidate(stage.pod('web')),
    ]);
    await proof.before(soon());
    expect(await proof.during(container, soon())).toMatchObject([
      { of: 'note', text: expect.stringContaining('give `expect`') },
    ]);
    expect((await proof.after(soon())).state).toBe('cleared');
  });
});
