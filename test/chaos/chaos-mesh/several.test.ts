import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../../src/clients/kubernetes/client.ts';
import type { Evidence } from '../../../src/slo/model/entry.ts';
import { signal } from '../driver-setting.ts';
import { type PlayedCluster, startPlayedCluster } from './played-cluster.ts';
import { manifest, openPlayed, selector, steps } from './played-driver.ts';

let cluster: PlayedCluster;

beforeEach(async () => {
  cluster = await startPlayedCluster();
});

afterEach(() => cluster[Symbol.asyncDispose]());

const cut = {
  name: 'cut',
  templateType: 'NetworkChaos',
  deadline: '1s',
  networkChaos: { action: 'partition', mode: 'all', selector },
};
const burn = { name: 'burn', templateType: 'StressChaos', deadline: '1s', stressChaos: { mode: 'all', selector } };
const workflow = {
  manifest: manifest('Workflow', {
    entry: 'all',
    templates: [{ name: 'all', templateType: 'Serial', children: ['cut'] }, cut, burn],
  }),
};

const anything = () => signal(15_000);

/** What a controller of Workflows makes of a template. */
function makeChild(workflow: KubeObject, kind: string, template: string): string {
  const name = `${template}-abcde-fghij`;
  const labels = {
    'chaos-mesh.org/workflow': workflow.metadata.name!,
    'chaos-mesh.org/controlled-by': `${template}-abcde`,
  };
  cluster.peer.put(cluster.path(kind), { metadata: { name, labels }, spec: { mode: 'all' } });
  return cluster.path(kind, name);
}

function accomplish(name: string): void {
  cluster.peer.change(cluster.path('workflows', name), (object) => {
    object.status = { conditions: [{ type: 'Accomplished', status: 'True' }] };
  });
}

const made = async (collection: string): Promise<KubeObject> => {
  await vi.waitFor(() => expect(cluster.faults(collection)).not.toEqual([]), { timeout: 5_000 });
  return cluster.faults(collection)[0]!;
};

describe('a Workflow', () => {
  it('has each of its faults followed, proven and told, and ends by itself', async () => {
    await using played = await openPlayed(cluster, workflow);
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    const object = await made('workflows');
    const child = makeChild(object, 'networkchaos', 'cut');
    await injecting;
    const holding = driver.hold!(anything());
    await new Promise((resolve) => setTimeout(resolve, 300));
    cluster.peer.remove(child);
    await vi.waitFor(() => expect(cluster.faults('networkchaos')).toEqual([]), { timeout: 5_000 });
    accomplish(object.metadata.name!);
    await holding;

    expect(steps(played)).toEqual(['cut injected', 'cut recovering', 'cut recovered', 'burn failed']);
    const recovering = played.told.find(({ state }) => state === 'recovering');
    expect(recovering?.evidence, 'the proof was taken while it was there').toEqual(played.proof.during);
    await driver.recover(anything());
    expect(cluster.faults('workflows')).toEqual([]);
  });

  it.each<[string, number, Evidence]>([
    ['the very last look found it gone, before its object said so', 2, { of: 'mechanism', holds: false, text: 'gone' }],
    ['the last looks could not tell', 3, { of: 'note', text: 'the kubelet does not answer' }],
  ])('counts a fault as proven although %s', async (_sentence, looks, last) => {
    await using played = await openPlayed(cluster, workflow);
    const proven = played.proof.during;
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    const object = await made('workflows');
    const child = makeChild(object, 'networkchaos', 'cut');
    await injecting;
    const holding = driver.hold!(anything());
    await vi.waitFor(() => expect(played.proof.looks).toBe(1));
    played.proof.during = [last];
    await vi.waitFor(() => expect(played.proof.looks).toBe(looks), { timeout: 5_000 });
    cluster.peer.remove(child);
    await vi.waitFor(() => expect(cluster.faults('networkchaos')).toEqual([]), { timeout: 5_000 });
    accomplish(object.metadata.name!);
    await holding;
    expect(played.told.find(({ state }) => state === 'recovering')?.evidence).toEqual(proven);
    await driver.recover(anything());
  });

  it('is aborted before it is deleted, and its faults go with it', async () => {
    await using played = await openPlayed(cluster, workflow);
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    const object = await made('workflows');
    makeChild(object, 'networkchaos', 'cut');
    await injecting;
    await driver.recover(anything());
    const changes = cluster.peer.requests.filter(({ method }) => method === 'PATCH' || method === 'DELETE');
    const ofFaults = changes
      .filter(({ path }) => path.includes('chaos-mesh.org'))
      .map(({ method, path }) => `${method} ${path.split('/')[6]}`);
    expect(ofFaults).toEqual(['PATCH workflows', 'DELETE workflows', 'DELETE networkchaos']);
    expect(cluster.faults('networkchaos')).toEqual([]);
  });

  it('is deleted also where the webhook refuses to have it aborted', async () => {
    await using played = await openPlayed(cluster, workflow);
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    makeChild(await made('workflows'), 'networkchaos', 'cut');
    await injecting;
    const message = 'failed calling webhook "vworkflow.kb.io": connection refused';
    cluster.peer.misbehave = ({ method, path }) =>
      method === 'PATCH' && path.includes('/workflows/') ? { status: 400, body: { message } } : undefined;
    const { evidence } = await driver.recover(anything());
    expect(cluster.faults('workflows')).toEqual([]);
    expect(cluster.faults('networkchaos')).toEqual([]);
    expect(evidence.filter(({ of }) => of === 'finding')).toMatchObject([
      { text: expect.stringContaining(`could not be aborted before it was deleted: ${message}`) },
    ]);
  });

  it('is not gone while a node of it is left, which may make one more fault', async () => {
    await using played = await openPlayed(cluster, workflow);
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    const object = await made('workflows');
    makeChild(object, 'networkchaos', 'cut');
    await injecting;
    const labels = { 'chaos-mesh.org/workflow': object.metadata.name! };
    cluster.peer.put(cluster.path('workflownodes'), { metadata: { name: 'cut-abcde', labels } });
    setTimeout(() => {
      makeChild(object, 'networkchaos', 'cut');
      cluster.peer.remove(cluster.path('workflownodes', 'cut-abcde'));
    }, 1_500);
    await driver.recover(anything());
    expect(cluster.faults('workflownodes'), 'it was waited for').toEqual([]);
    expect(cluster.faults('networkchaos')).toEqual([]);
  });

  it('has the end of a fault that only a look shows dated no earlier than the look before', async () => {
    cluster.peer.misbehave = ({ query }) => (query.get('watch') ? { status: 403, body: {} } : undefined);
    await using played = await openPlayed(cluster, workflow);
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    const object = await made('workflows');
    const child = makeChild(object, 'networkchaos', 'cut');
    await injecting;
    const removedAt = played.setting.context.now();
    cluster.peer.remove(child);
    await vi.waitFor(() => expect(steps(played)).toContain('cut recovered'), { timeout: 5_000 });
    for (const { state, notBefore, at } of played.told.filter(
      (fact) => fact.fault && fact.state.startsWith('recover'),
    )) {
      expect(notBefore, state).toBeLessThanOrEqual(removedAt);
      expect(at, state).toBeGreaterThanOrEqual(removedAt);
    }
    await driver.recover(anything());
  });

  it('that somebody deletes has not ended', async () => {
    await using played = await openPlayed(cluster, workflow);
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    const object = await made('workflows');
    const child = makeChild(object, 'networkchaos', 'cut');
    await injecting;
    const holding = driver.hold!(anything());
    cluster.peer.remove(cluster.path('workflows', object.metadata.name));
    cluster.peer.remove(child);
    await expect(holding).rejects.toThrow('somebody deleted the Workflow before it ended');
    await driver.recover(anything());
  });

  it('that ends without a fault was never injected', async () => {
    await using played = await openPlayed(cluster, workflow);
    const driver = await played.ready();
    const injecting = driver.inject(anything());
    accomplish((await made('workflows')).metadata.name!);
    await expect(injecting).rejects.toThrow('the Workflow ended without injecting a fault');
    await driver.recover(anything());
  });
});
