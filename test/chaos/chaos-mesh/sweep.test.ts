import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OpenProof } from '../../../src/chaos/chaos-mesh/proof/contract.ts';
import { sweepRecorded } from '../../../src/chaos/chaos-mesh/sweep.ts';
import { sweepPlaces } from '../../../src/chaos/chaos-mesh/sweep-place.ts';
import { signal } from '../driver-setting.ts';
import { type PlayedCluster, startPlayedCluster } from './played-cluster.ts';
import { openPlayed, type PlayedDriver, partition } from './played-driver.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/ours/leases/steadfast';

let cluster: PlayedCluster;

beforeEach(async () => {
  cluster = await startPlayedCluster();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await cluster[Symbol.asyncDispose]();
});

const openProof: OpenProof = async ({ candidates }) => ({
  before: async () => undefined,
  during: async () => [],
  after: async () =>
    candidates.length === 2 ? { state: 'cleared', evidence: [] } : { state: 'stays', text: 'looked at the wrong pods' },
  close: () => undefined,
});

/** A run that got as far as an injected fault, and then is not heard of any more. */
async function leaveBehind(): Promise<PlayedDriver> {
  const played = await openPlayed(cluster, partition);
  await (await played.ready()).inject(signal(10_000));
  return played;
}

async function recordOf({ setting }: PlayedDriver): Promise<{ undo: Record<string, unknown> }> {
  const [name] = await readdir(setting.faults);
  return JSON.parse(await readFile(join(setting.faults, name!), 'utf8'));
}

/** As a killed run leaves it: never renewed again. */
function letLeaseEnd(): void {
  cluster.peer.change(LEASE, ({ spec }) => {
    Object.assign(spec as object, { renewTime: '2020-01-01T00:00:00.000000Z' });
  });
}

/** Another run's fault, in a namespace whose lease it holds and does not renew. */
function leaveBehindBy(run: string): void {
  const [fault] = cluster.faults('networkchaos');
  const spec = { holderIdentity: run, leaseDurationSeconds: 40, renewTime: '2020-01-01T00:00:00.000000Z' };
  cluster.peer.put(LEASE.replace('ours', run).replace('/steadfast', ''), { metadata: { name: 'steadfast' }, spec });
  const mark = { 'steadfast/run': run };
  const selector = { labelSelectors: { app: 'web' }, namespaces: ['ours', run] };
  cluster.peer.put(cluster.path('networkchaos'), {
    metadata: { name: run, labels: { ...fault!.metadata.labels, ...mark }, annotations: mark },
    spec: { ...(fault!.spec as object), selector },
  });
}

const inspected = () => ({
  experiment: 'breaks',
  plan: 'a-plan',
  digest: 'sha256:0',
  durationMs: 1000,
  limits: { maxFaultMs: 60_000, maxTargets: 10, namespaces: ['ours'], abortWhen: [] },
  config: { kubeconfig: cluster.peer.kubeconfig, ...partition },
});

const sweep = () => sweepPlaces([inspected()], signal(20_000), openProof);

describe('a record of a killed run', () => {
  it('is enough to remove its fault and to give its lease back', async () => {
    await using played = await leaveBehind();
    const { undo } = await recordOf(played);
    await expect(sweepRecorded(undo, signal(10_000), openProof)).resolves.toMatch(/^networkchaos.* removed$/);
    expect(cluster.faults('networkchaos')).toEqual([]);
    expect(cluster.peer.object(LEASE)?.spec).not.toHaveProperty('holderIdentity');
    await expect(sweepRecorded(undo, signal(10_000), openProof)).resolves.toMatch(/was gone already$/);
  });

  it('leads to the cluster from every folder', async () => {
    const kubeconfig = relative(process.cwd(), cluster.peer.kubeconfig);
    await using played = await openPlayed(cluster, { ...partition, kubeconfig });
    await (await played.ready()).inject(signal(10_000));
    expect((await recordOf(played)).undo).toMatchObject({ kubeconfig: cluster.peer.kubeconfig });
  });

  it('holds no secret', async () => {
    await using played = await leaveBehind();
    expect(JSON.stringify(await recordOf(played))).not.toContain('token');
  });

  it('of another cluster is left alone', async () => {
    await using played = await leaveBehind();
    const { undo } = await recordOf(played);
    const elsewhere = { ...undo, server: 'https://elsewhere:6443' };
    await expect(sweepRecorded(elsewhere, signal(10_000), openProof)).rejects.toThrow(/is in the cluster at https/);
    expect(cluster.faults('networkchaos')).toHaveLength(1);
  });
});

it('removes a Workflow also where no more than its own kinds of faults may be listed', async () => {
  const cut = { name: 'cut', templateType: 'NetworkChaos', deadline: '9s', networkChaos: partition.manifest['spec'] };
  const labels = { 'steadfast/run': 'run-1', 'steadfast/experiment': 'breaks' };
  cluster.peer.put(cluster.path('workflows'), {
    metadata: { name: 'left', labels },
    spec: { entry: 'cut', templates: [cut] },
  });
  cluster.peer.put(cluster.path('networkchaos'), {
    metadata: { name: 'cut-x', labels: { 'chaos-mesh.org/workflow': 'left' } },
    spec: { mode: 'all' },
  });
  cluster.peer.misbehave = ({ path }) =>
    /v1alpha1.*\/(aws|stress|jvm)chaos$/.test(path) ? { status: 403, body: { message: 'not these' } } : undefined;
  expect(await sweep()).toMatchObject([{ state: 'removed', text: expect.stringMatching(/^workflows.* removed$/) }]);
  expect([...cluster.faults('workflows'), ...cluster.faults('networkchaos')]).toEqual([]);
});

it('looks into the pods also where the object is gone, as after a sweep that could not finish', async () => {
  await using played = await leaveBehind();
  const { undo } = await recordOf(played);
  cluster.peer.remove(cluster.path('networkchaos', cluster.faults('networkchaos')[0]!.metadata.name));
  await vi.waitFor(() => expect(cluster.faults('networkchaos')).toEqual([]), { timeout: 5_000 });
  const stays: OpenProof = async ({ fault, candidates }) => ({
    before: async () => undefined,
    during: async () => [],
    after: async () => ({ state: 'stays', text: `${fault.kind} stays in ${candidates.map(({ pod }) => pod.name)}` }),
    close: () => undefined,
  });
  await expect(sweepRecorded(undo, signal(1_200), stays)).rejects.toThrow('NetworkChaos stays in web-0,web-1');
  await expect(sweepRecorded(undo, signal(10_000), openProof)).resolves.toMatch(/was gone already$/);
});

it('is not certain of a pod that it may not see', async () => {
  await using played = await leaveBehind();
  const { undo } = await recordOf(played);
  cluster.peer.misbehave = ({ path }) =>
    path.endsWith('/pods/web-1') ? { status: 403, body: { message: 'no looking' } } : undefined;
  await expect(sweepRecorded(undo, signal(1_200), openProof)).rejects.toThrow(
    'what is left in ours/web-1 cannot be seen: no looking',
  );
  expect(cluster.faults('networkchaos'), 'but it is removed').toEqual([]);
});

it('ends what it began also where something stays in the pods', async () => {
  await using played = await leaveBehind();
  const { undo } = await recordOf(played);
  let open = 0;
  const stays: OpenProof = async () => ({
    before: async () => undefined,
    during: async () => [],
    after: async () => ({ state: 'stays', text: '2 rules still stand' }),
    close: () => void open--,
  });
  const counting: OpenProof = (setting) => {
    open++;
    return stays(setting);
  };
  await expect(sweepRecorded(undo, signal(1_200), counting)).rejects.toThrow('2 rules still stand');
  expect(open).toBe(0);
});

describe('the place itself', () => {
  it('is left alone where the run that made a fault holds its lease', async () => {
    await using _played = await leaveBehind();
    expect(await sweep()).toMatchObject([{ run: 'run-1', experiment: 'breaks', state: 'owned' }]);
    expect(cluster.faults('networkchaos')).toHaveLength(1);
  });

  it('is left alone where a lease that looks expired is renewed meanwhile, since clocks differ', async () => {
    await using _played = await leaveBehind();
    letLeaseEnd();
    const others = ['run-2', 'run-3'];
    for (const run of others) leaveBehindBy(run);
    const renewing = setTimeout(letLeaseEnd, 1_000);
    const found = (await sweep()).map(({ run, state }) => `${run} ${state}`);
    expect(found.sort()).toEqual(['run-1 owned', 'run-2 removed', 'run-3 removed']);
    clearTimeout(renewing);
    const looks = cluster.peer.requests.filter(({ method, path }) => method === 'GET' && path.endsWith('/steadfast'));
    const second = new Set(looks.slice(-3).map(({ path }) => path));
    expect(second.size, 'all were watched at the same time').toBe(3);
  });

  it('is cleared of what a run without a lease left', async () => {
    await using played = await leaveBehind();
    await played.driver.close();
    expect(await sweep()).toMatchObject([{ run: 'run-1', experiment: 'breaks', state: 'removed' }]);
    expect(cluster.faults('networkchaos')).toEqual([]);
    expect(await sweep()).toEqual([]);
  });

  it('keeps what has no label of ours', async () => {
    cluster.peer.put(cluster.path('networkchaos'), { metadata: { name: 'theirs' }, spec: { mode: 'all' } });
    expect(await sweep()).toEqual([]);
    expect(cluster.faults('networkchaos')).toHaveLength(1);
  });

  it('says what could not be removed', async () => {
    await using played = await leaveBehind();
    await played.driver.close();
    cluster.peer.misbehave = ({ method, path }) =>
      method === 'DELETE' && path.includes('networkchaos')
        ? { status: 403, body: { message: 'no deleting' } }
        : undefined;
    expect(await sweep()).toMatchObject([{ state: 'still-there', text: expect.stringContaining('no deleting') }]);
  });

  it('is not called owned by whoever cannot read the lease', async () => {
    vi.stubEnv('KUBECONFIG', cluster.peer.kubeconfig);
    await using played = await leaveBehind();
    await played.driver.close();
    cluster.peer.misbehave = ({ method, path }) =>
      method === 'GET' && path === LEASE ? { status: 403, body: { message: 'no reading' } } : undefined;
    expect(await sweepPlaces([], signal(20_000), openProof)).toMatchObject([
      {
        state: 'unseen',
        text: expect.stringMatching(/^networkchaos.*run-1 is alive: the lease of ours .*no reading$/),
      },
    ]);
    expect(await sweep(), 'a run leaves it to its owner').toMatchObject([{ state: 'owned' }]);
    expect(cluster.faults('networkchaos')).toHaveLength(1);
  });

  it('is not called clean by whoever may look into one namespace only', async () => {
    vi.stubEnv('KUBECONFIG', cluster.peer.kubeconfig);
    cluster.peer.misbehave = ({ method, path }) =>
      method === 'GET' && /v1alpha1\/\w+$/.test(path) ? { status: 403, body: { message: 'not here' } } : undefined;
    expect(await sweepPlaces([], signal(20_000), openProof)).toMatchObject([
      { state: 'unseen', text: expect.stringMatching(/^may list .*networkchaos.* in the namespace \S+ at most/) },
    ]);
  });

  it('is told of one cluster although another cannot be looked at', async () => {
    await using played = await leaveBehind();
    await played.driver.close();
    letLeaseEnd();
    const elsewhere = inspected();
    elsewhere.config.kubeconfig = '/nowhere/kubeconfig';
    expect(await sweepPlaces([inspected(), elsewhere], signal(20_000), openProof)).toMatchObject([
      { state: 'removed', run: 'run-1' },
      {
        state: 'unseen',
        text: expect.stringMatching(
          /^whether a fault was left behind in the cluster of \/nowhere\/kubeconfig could not be seen: /,
        ),
      },
    ]);
  });

  it('is none where there is no cluster', async () => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', '/nowhere');
    await expect(sweepPlaces([], signal(), openProof)).resolves.toEqual([]);
  });
});
