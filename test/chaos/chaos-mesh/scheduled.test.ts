import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signal } from '../driver-setting.ts';
import { type PlayedCluster, startPlayedCluster } from './played-cluster.ts';
import { openPlayed, selector, steps } from './played-driver.ts';

let cluster: PlayedCluster;

beforeEach(async () => {
  cluster = await startPlayedCluster();
});

afterEach(() => cluster[Symbol.asyncDispose]());

const anything = () => signal(15_000);

describe('a Schedule in the cluster', () => {
  const spec = { type: 'NetworkChaos', networkChaos: { action: 'partition', mode: 'all', selector } };
  const place = { schedule: 'nightly', namespace: 'ours' };
  const put = (schedule: string, annotations: Record<string, string> = {}) =>
    cluster.peer.put(cluster.path('schedules'), {
      metadata: { name: 'nightly', annotations },
      spec: { ...spec, schedule },
    });

  it('is run once by its template, without belonging to it', async () => {
    put('0 3 1 1 *');
    await using played = await openPlayed(cluster, place);
    const driver = await played.ready();
    await driver.inject(anything());
    const [object] = cluster.faults('networkchaos');
    expect(object).toMatchObject({ kind: 'NetworkChaos', spec: { action: 'partition', duration: '90s' } });
    expect(object?.metadata.labels).not.toHaveProperty('managed-by');
    await driver.recover(anything());
  });

  it.each([
    ['that ticks in the middle of the run is refused', '@every 20s', {}, /makes a run of its own at/],
    ['whose expression cannot be read is refused', 'whenever', {}, /its cron expression "whenever" cannot be read/],
    ['that is paused does not tick', '@every 20s', { 'experiment.chaos-mesh.org/pause': 'true' }, undefined],
  ])('%s', async (_sentence, expression, annotations, refusal) => {
    put(expression, annotations);
    await using played = await openPlayed(cluster, place);
    if (refusal) await expect(played.ready()).rejects.toThrow(refusal);
    else await expect(played.ready()).resolves.toBeDefined();
  });

  it('that makes something else than the plan says is refused', async () => {
    put('0 3 1 1 *');
    await using played = await openPlayed(cluster, { ...place, oneShot: true });
    await expect(played.ready()).rejects.toThrow('the Schedule nightly makes a fault that lasts: leave out `oneShot`');
  });

  it('whose Workflow has a fault without a deadline is refused, since nobody would end it', async () => {
    const endless = { name: 'cut', templateType: 'NetworkChaos', networkChaos: spec.networkChaos };
    const burn = { name: 'burn', templateType: 'StressChaos', deadline: '1s', stressChaos: { mode: 'all', selector } };
    const templates = [{ name: 'all', templateType: 'Serial', children: ['cut', 'burn'] }, endless, burn];
    cluster.peer.put(cluster.path('schedules'), {
      metadata: { name: 'nightly' },
      spec: { schedule: '0 3 1 1 *', type: 'Workflow', workflow: { entry: 'all', templates } },
    });
    await using played = await openPlayed(cluster, { ...place, workflow: true });
    const { problems } = await played.driver.prepare(anything());
    expect(problems).toEqual([
      'the Schedule nightly: spec.workflow.templates.1.deadline: without a deadline this would run for ever: a duration does not end it',
    ]);
  });

  it('that is not there is said to be so', async () => {
    await using played = await openPlayed(cluster, place);
    await expect(played.driver.prepare(anything())).rejects.toThrow('there is no Schedule ours/nightly');
  });

  const followed = async (kind: string, times = 1) => {
    const watches = () =>
      cluster.peer.requests.filter(({ path, query }) => path === cluster.path(kind) && query.get('watch'));
    await vi.waitFor(() => expect(watches()).toHaveLength(times), { timeout: 5_000, interval: 10 });
    await new Promise((resolve) => setTimeout(resolve, 50));
  };

  const child = () => {
    cluster.peer.put(cluster.path('networkchaos'), {
      metadata: { name: 'nightly-x', labels: { 'managed-by': 'nightly' } },
      spec: { mode: 'all' },
    });
    return cluster.path('networkchaos', 'nightly-x');
  };

  it('that is paused has no run to observe', async () => {
    put('@every 5s', { 'experiment.chaos-mesh.org/pause': 'true' });
    await using played = await openPlayed(cluster, { ...place, observe: true });
    await expect(played.ready()).rejects.toThrow('the Schedule nightly is paused, and makes no run to observe');
  });

  it('that is observed has its own run followed, and left alone', async () => {
    put('@every 5s');
    await using played = await openPlayed(cluster, { ...place, observe: true });
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    await followed('networkchaos');
    const path = child();
    await injecting;
    const holding = driver.hold!(anything());
    cluster.peer.remove(path);
    await holding;
    await driver.recover(anything());
    expect(steps(played)).toEqual(['nightly injected', 'nightly recovering', 'nightly recovered']);
    const ours = cluster.peer.requests.filter(
      ({ method, path: at }) => method !== 'GET' && at.includes('chaos-mesh.org'),
    );
    expect(ours, 'nothing was changed').toEqual([]);
  });

  it.each([
    ['ahead', 60_000],
    ['behind', -60_000],
  ])(
    'that is observed has its earlier runs told from the next one also where its clock is %s',
    async (_word, skewMs) => {
      put('@every 5s');
      const creationTimestamp = new Date(Date.now() + skewMs).toISOString();
      const labels = { 'managed-by': 'nightly' };
      const records = [
        { id: 'ours/web-0', selectorKey: '.', phase: 'Not Injected', injectedCount: 1, recoveredCount: 1 },
      ];
      const status = { experiment: { desiredPhase: 'Stop', containerRecords: records } };
      const finalizers = ['chaos-mesh/records'];
      cluster.peer.put(cluster.path('networkchaos'), {
        metadata: { name: 'nightly-old', labels, creationTimestamp, finalizers },
        spec: {},
        status,
      });
      await using played = await openPlayed(cluster, { ...place, observe: true });
      const driver = await played.ready();
      const injecting = driver.inject(anything());
      const followed = () => cluster.peer.requests.some(({ query }) => query.get('watch'));
      await vi.waitFor(() => expect(followed()).toBe(true), { timeout: 5_000, interval: 10 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      cluster.peer.put(cluster.path('networkchaos'), {
        metadata: { name: 'nightly-new', labels, creationTimestamp },
        spec: { mode: 'all' },
      });
      expect((await injecting).evidence[0]?.text).toBe('observed: NetworkChaos ours/nightly-new');
    },
  );

  it('that is observed and kills is over once it has struck', async () => {
    cluster.peer.put(cluster.path('schedules'), {
      metadata: { name: 'nightly' },
      spec: { schedule: '@every 5s', type: 'PodChaos', podChaos: { action: 'pod-kill', mode: 'one', selector } },
    });
    await using played = await openPlayed(cluster, { ...place, observe: true, oneShot: true });
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    await followed('podchaos');
    const labels = { 'managed-by': 'nightly' };
    cluster.peer.put(cluster.path('podchaos'), { metadata: { name: 'nightly-x', labels }, spec: { mode: 'one' } });
    await injecting;
    await driver.hold!(signal(3_000));
    await driver.recover(signal(3_000));
    expect(cluster.faults('podchaos'), 'it is not ours').toHaveLength(1);
  });

  it('that is observed keeps its run on an abort, unless the plan allows to delete it', async () => {
    put('@every 5s');
    for (const mayDelete of [undefined, true] as const) {
      await using played = await openPlayed(cluster, { ...place, observe: true, ...(mayDelete ? { mayDelete } : {}) });
      const driver = await played.ready();
      const injecting = driver.inject(anything());
      await followed('networkchaos', mayDelete ? 2 : 1);
      const path = child();
      await injecting;
      if (mayDelete) await driver.recover(anything());
      else await expect(driver.recover(signal(500))).rejects.toThrow(/is not ours and goes on until it ends by itself/);
      expect(cluster.faults('networkchaos')).toHaveLength(mayDelete ? 0 : 1);
      cluster.peer.remove(path);
      await vi.waitFor(() => expect(cluster.faults('networkchaos')).toEqual([]));
    }
  });
});
