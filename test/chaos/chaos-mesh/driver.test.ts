import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LEASE_NAME } from '../../../src/chaos/chaos-mesh/lease.ts';
import { INJECT_WITHIN_MS } from '../../../src/chaos/chaos-mesh/strike.ts';
import { DEFAULT_BUDGETS } from '../../../src/scheduler/budgets.ts';
import { signal } from '../driver-setting.ts';
import { type PlayedCluster, startPlayedCluster, webPod } from './played-cluster.ts';
import { fastClock, manifest, openPlayed, partition, podKill, selector } from './played-driver.ts';

const LEASE = `/apis/coordination.k8s.io/v1/namespaces/ours/leases/${LEASE_NAME}`;

const cut = {
  name: 'cut',
  templateType: 'NetworkChaos',
  deadline: '1s',
  networkChaos: { action: 'partition', mode: 'all', selector },
};

let cluster: PlayedCluster;

beforeEach(async () => {
  cluster = await startPlayedCluster();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await cluster[Symbol.asyncDispose]();
});

const holder = () => (cluster.peer.object(LEASE)?.spec as { holderIdentity?: string } | undefined)?.holderIdentity;
const anything = () => signal(15_000);

describe('a fault that lasts', () => {
  it('is brought about, proven, and gone without a trace', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    expect(holder(), 'the lease is held').toBe('run-1');

    const injected = await driver.inject(anything());
    const [object] = cluster.faults('networkchaos');
    expect(object?.metadata.labels).toMatchObject({ 'steadfast/run': 'run-1', 'steadfast/experiment': 'breaks' });
    expect(object?.spec, 'the server ends it if nobody else does').toMatchObject({ duration: '90s' });
    expect(injected.evidence[0]?.text).toMatch(/^Chaos Mesh applied the fault to ours\/web-0, ours\/web-1, by its own/);
    expect(await readdir(played.setting.faults), 'recorded for a sweep').toHaveLength(1);
    expect(await driver.evidence(anything())).toEqual([{ of: 'mechanism', holds: true, text: 'it bites' }]);

    const recovered = await driver.recover(anything());
    expect(cluster.faults('networkchaos')).toEqual([]);
    expect(await readdir(played.setting.faults)).toEqual([]);
    expect(recovered.evidence.map(({ of }) => of)).not.toContain('finding');
    expect(recovered.evidence.at(-1)?.values?.['requests'], 'counted').toBeGreaterThan(5);
    await driver.close();
    expect(holder(), 'the lease is given back').toBeUndefined();
    expect(played.losses).toEqual([]);
  });

  it('is what the records say, and not what the conditions say', async () => {
    cluster.play.idle = true;
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    await vi.waitFor(() => expect(cluster.faults('networkchaos')).toHaveLength(1), { timeout: 5_000 });
    const { name } = cluster.faults('networkchaos')[0]!.metadata;
    const record = { id: 'ours/web-0', selectorKey: '.', phase: 'Not Injected', injectedCount: 0 };
    const conditions = [{ type: 'AllInjected', status: 'True' }];
    const say = (containerRecords: object[]) =>
      cluster.peer.change(cluster.path('networkchaos', name), (object) => {
        object.status = { conditions, experiment: { desiredPhase: 'Run', containerRecords } };
      });
    say([record]);
    const first = await Promise.race([injecting, new Promise((resolve) => setTimeout(resolve, 700, 'nothing yet'))]);
    expect(first).toBe('nothing yet');
    say([{ ...record, phase: 'Injected', injectedCount: 1 }]);
    expect((await injecting).at).toBeGreaterThan(600);
    await driver.recover(anything());
  });

  it('says in plain words why it does not come about, and is forced out where it sticks', async () => {
    cluster.play.applyFails = 'unable to set tcs for pod web-0';
    await using played = await openPlayed(cluster, partition, { now: fastClock(20) });
    const driver = await played.ready();
    await expect(driver.inject(anything())).rejects.toThrow(/^the node's kernel cannot shape traffic/);
    expect(played.told.some(({ reason }) => reason?.startsWith("the node's kernel cannot"))).toBe(true);

    const { evidence } = await driver.recover(anything());
    expect(evidence.filter(({ of }) => of === 'finding')).toMatchObject([
      { text: expect.stringContaining('forced out') },
    ]);
    expect(cluster.faults('networkchaos')).toEqual([]);
  });

  it('fails at once where Chaos Mesh selects nothing', async () => {
    cluster.play.selectsNothing = true;
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    await expect(driver.inject(anything())).rejects.toThrow(/^Chaos Mesh found no target for the selector/);
    await driver.recover(anything());
    expect(cluster.faults('networkchaos')).toEqual([]);
  });

  it('is not made where the webhook does not answer, and says so', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    const message = 'Internal error occurred: failed calling webhook "vnetworkchaos.kb.io": context deadline exceeded';
    cluster.peer.misbehave = ({ method, path }) =>
      method === 'POST' && path.endsWith('/networkchaos') ? { status: 500, body: { message } } : undefined;
    await expect(driver.inject(signal(1_000))).rejects.toThrow(/refused: the webhook of Chaos Mesh did not answer/);
    await driver.recover(anything());
    expect(cluster.faults('networkchaos')).toEqual([]);
  });

  it('stops the run when somebody deletes it', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    await driver.inject(anything());
    cluster.peer.remove(cluster.path('networkchaos', cluster.faults('networkchaos')[0]!.metadata.name));
    await vi.waitFor(() => expect(played.losses).not.toEqual([]), { timeout: 5_000 });
    expect(played.losses[0]).toMatch(/^(somebody deleted|the fault ended)/);
    await driver.recover(anything());
  });

  it('tells of targets that vanish and of pods that come later', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    await driver.inject(anything());
    cluster.peer.remove(`${cluster.pods}/web-1`);
    cluster.peer.put(cluster.pods, webPod('web-9'));
    const texts = () => played.told.flatMap(({ evidence }) => evidence ?? []).map(({ text }) => text);
    await vi.waitFor(
      () =>
        expect(texts()).toEqual([
          'target ours/web-1 is gone, and the fault with it',
          'ours/web-9 came later: the fault does not act on it',
        ]),
      { timeout: 5_000 },
    );
    await driver.recover(anything());
  });

  it('is taken for its own when the answer to its making was lost', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    loseAnswers('POST', '/networkchaos');
    await driver.inject(anything());
    expect(cluster.faults('networkchaos')).toHaveLength(1);
    await driver.recover(anything());
    expect(cluster.faults('networkchaos')).toEqual([]);
  });

  it('is removed when the answer to its making was lost and the next one refuses it', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    let asked = 0;
    cluster.peer.misbehave = ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith('/networkchaos')) return undefined;
      return ++asked === 1 ? 'lose' : { status: 403, body: { message: 'the API server has just begun' } };
    };
    await expect(driver.inject(anything())).rejects.toThrow('the API server has just begun');
    expect(cluster.faults('networkchaos'), 'made all the same').toHaveLength(1);
    await driver.recover(anything());
    expect(cluster.faults('networkchaos')).toEqual([]);
  });

  it('is not made where its place is taken by something else', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    const name = 'steadfast-breaks-1d91d9bb';
    cluster.peer.misbehave = ({ method, path, body }) => {
      if (method !== 'POST' || !path.endsWith('/networkchaos')) return undefined;
      const made = (body as { metadata: { name: string } }).metadata.name;
      if (!cluster.peer.object(`${path}/${made}`)) cluster.peer.put(path, { metadata: { name: made } });
      return undefined;
    };
    await expect(driver.inject(anything()), name).rejects.toThrow(/is there already and is not ours$/);
    await driver.recover(anything());
    expect(cluster.faults('networkchaos'), 'and stays').toHaveLength(1);
  });
});

it.each([
  ['a fault', partition],
  ['a Workflow', { manifest: manifest('Workflow', { entry: 'cut', templates: [cut] }) }],
])('%s has to come about within a time that begins with the request, not with the object', async (_what, config) => {
  cluster.play.idle = true;
  await using played = await openPlayed(cluster, config);
  const driver = await played.ready();
  const order: string[] = [];
  played.proof.before = () => void order.push('looked before');
  const { timeout } = AbortSignal;
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    if (ms !== INJECT_WITHIN_MS) return timeout.call(AbortSignal, ms);
    order.push('began to count');
    return timeout.call(AbortSignal, 300);
  });
  await expect(driver.inject(anything())).rejects.toThrow(
    /did not inject the fault in time|injected no fault within 55s/,
  );
  expect(order).toEqual(['began to count', 'looked before']);
  expect(INJECT_WITHIN_MS, 'the conductor is to hear the reason').toBeLessThan(DEFAULT_BUDGETS.injectMs);
  await driver.recover(anything());
});

it('waits after a kill until as many pods are Ready as before', async () => {
  await using played = await openPlayed(cluster, podKill);
  const driver = await played.ready();
  const { at } = await driver.inject(anything());
  expect(cluster.faults('podchaos')[0]?.spec, 'it has no end').not.toHaveProperty('duration');
  const over = await driver.hold!(anything());
  expect(over.at).toBeGreaterThanOrEqual(at!);
  expect(cluster.peer.objects(cluster.pods).map(({ metadata }) => metadata.name)).toContain('web-2');
  await driver.recover(anything());
  expect(played.losses).toEqual([]);
});

describe('two plans', () => {
  it('exclude one another in a namespace', async () => {
    await using first = await openPlayed(cluster, partition);
    await first.ready();
    await using second = await openPlayed(cluster, partition, { run: 'run-2', plan: 'other' });
    await expect(second.ready()).rejects.toThrow('ours is taken by run run-1 of plan a-plan');
    await first.driver.close();
    await expect(second.ready()).resolves.toBeDefined();
  });

  it('do not run while a fault of somebody else is in effect', async () => {
    const records = [{ id: 'ours/web-0', selectorKey: '.', phase: 'Injected', injectedCount: 1 }];
    cluster.peer.put(cluster.path('stresschaos'), {
      metadata: { name: 'theirs' },
      status: { experiment: { desiredPhase: 'Run', containerRecords: records } },
    });
    await using played = await openPlayed(cluster, partition);
    await expect(played.ready()).rejects.toThrow('a fault is in effect: StressChaos ours/theirs, on ours/web-0');
  });
});

it('does not begin where the faults of others cannot be seen', async () => {
  cluster.peer.misbehave = ({ method, path }) =>
    method === 'GET' && path.endsWith('/stresschaos')
      ? { status: 400, body: { message: 'too old a version' } }
      : undefined;
  await using played = await openPlayed(cluster, partition);
  await expect(played.ready()).rejects.toThrow(
    "whether somebody else's fault is in effect cannot be seen: too old a version",
  );
  expect(holder(), 'no lease was taken').toBeUndefined();
});

it.each([
  ['at all', /v1alpha1\/(namespaces\/ours\/)?(stress|dns)chaos$/, 'in effect in ours is not known: may not list'],
  ['elsewhere', /v1alpha1\/(stress|dns)chaos$/, 'acts in ours is not known: may not list'],
])('says that the faults of others may not be seen %s', async (_where, hidden, text) => {
  cluster.peer.misbehave = ({ method, path }) =>
    method === 'GET' && hidden.test(path) ? { status: 403, body: { message: 'not you' } } : undefined;
  await using played = await openPlayed(cluster, partition);
  const { problems, facts } = await played.driver.prepare(anything());
  expect(problems).toEqual([]);
  expect(facts?.map((fact) => fact.text)).toContainEqual(expect.stringMatching(`${text}.* (stress|dns)chaos, .*chaos`));
});

it('follows its fault also where watches are refused', async () => {
  cluster.peer.misbehave = ({ query }) => (query.get('watch') ? { status: 403, body: {} } : undefined);
  await using played = await openPlayed(cluster, partition);
  const driver = await played.ready();
  await driver.inject(anything());
  await driver.recover(anything());
  expect(cluster.faults('networkchaos')).toEqual([]);
});

/** The next such request is served, but its answer never arrives. */
function loseAnswers(method: string, end: string): void {
  let lost = false;
  cluster.peer.misbehave = (asked) => {
    if (lost || asked.method !== method || !asked.path.endsWith(end)) return undefined;
    lost = true;
    return 'lose';
  };
}
