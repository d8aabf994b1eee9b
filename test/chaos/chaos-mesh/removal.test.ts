import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signal } from '../driver-setting.ts';
import { type PlayedCluster, startPlayedCluster } from './played-cluster.ts';
import { fastClock, manifest, openPlayed, partition } from './played-driver.ts';

let cluster: PlayedCluster;

beforeEach(async () => {
  cluster = await startPlayedCluster();
});

afterEach(() => cluster[Symbol.asyncDispose]());

const anything = () => signal(15_000);

describe('a removal', () => {
  it('goes on where the API server was away for a while', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    await driver.inject(anything());
    cluster.peer.misbehave = () => 'reset';
    setTimeout(() => {
      cluster.peer.misbehave = () => undefined;
    }, 1_500);
    await driver.recover(anything());
    expect(cluster.faults('networkchaos')).toEqual([]);
  });

  it('is not certain where something stays in the pods, and says what to do', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    await driver.inject(anything());
    played.proof.after = { state: 'stays', text: 'ours/web-0: 2 rules still stand; delete the pod' };
    const began = played.setting.context.now();
    await expect(driver.recover(signal(1_500))).rejects.toThrow('2 rules still stand; delete the pod');
    expect(await readdir(played.setting.faults), 'still recorded').toHaveLength(1);
    played.proof.after = { state: 'cleared', evidence: [] };
    const { notBefore } = await driver.recover(anything());
    expect(notBefore! - began, 'it may have gone during the first attempt').toBeLessThan(1_000);
    expect(await readdir(played.setting.faults)).toEqual([]);
  });

  it('is not certain while the controller is away, and says so', async () => {
    await using played = await openPlayed(cluster, partition, { now: fastClock(60) });
    const driver = await played.ready();
    await driver.inject(anything());
    cluster.peer.react = () => undefined;
    await expect(driver.recover(anything())).rejects.toThrow(/does not go, not even forced: is the controller/);
  });

  it('reaches what an aborted injection still makes, also when its first attempt failed', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    let away = false;
    cluster.peer.misbehave = ({ method, path, body }) => {
      if (method === 'GET' && path.includes('networkchaos/')) return away ? { status: 403 } : undefined;
      if (method !== 'POST' || !path.endsWith('/networkchaos')) return undefined;
      setTimeout(() => cluster.peer.put(path, body as never), 1_300);
      return 'hang';
    };
    await expect(driver.inject(signal(300))).rejects.toThrow();
    away = true;
    await expect(driver.recover(anything())).rejects.toThrow('HTTP status 403');
    away = false;
    await driver.recover(anything());
    expect(cluster.faults('networkchaos')).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(cluster.faults('networkchaos')).toEqual([]);
  });

  it('by force withdraws what it asked of its pods, and nothing else, also when the object goes first', async () => {
    cluster.play.applyFails = 'unable to set tcs for pod web-0';
    await using played = await openPlayed(cluster, partition, { now: fastClock(10) });
    const driver = await played.ready();
    await expect(driver.inject(anything())).rejects.toThrow();
    const source = `ours/${cluster.faults('networkchaos')[0]!.metadata.name}`;
    const theirs = { name: 'theirs', source: 'ours/theirs' };
    cluster.peer.put(cluster.path('podnetworkchaos'), {
      metadata: { name: 'web-0' },
      spec: { ipsets: [theirs, { name: 'ours', source }], tcs: [{ type: 'netem', source }], iptables: [theirs] },
    });
    let conflicts = 0;
    cluster.peer.misbehave = ({ method, path }) =>
      method === 'PATCH' && path.includes('podnetworkchaos') && ++conflicts < 3 ? { status: 409 } : undefined;
    await driver.recover(anything());
    const { spec } = cluster.peer.object(cluster.path('podnetworkchaos', 'web-0'))!;
    expect(spec).toEqual({ ipsets: [theirs], tcs: [], iptables: [theirs] });
  });

  it('does not force out what a slow daemon may just be at work on', async () => {
    cluster.play.idle = true;
    await using played = await openPlayed(cluster, partition, { now: fastClock(20) });
    const driver = await played.ready();
    await expect(driver.inject(signal(800))).rejects.toThrow();
    cluster.peer.react = () => undefined;
    await expect(driver.recover(signal(1_000)), '20s later').rejects.toThrow(/is being deleted and not gone yet$/);
    expect(cluster.faults('networkchaos')[0]?.metadata.annotations).not.toHaveProperty(
      'chaos-mesh.chaos-mesh.org/cleanFinalizer',
    );
  });

  it('by force is not certain for a kind that only its records tell of, as long as the pods live', async () => {
    cluster.play.sticks = true;
    const burn = { manifest: manifest('StressChaos', { mode: 'all', selector: { labelSelectors: { app: 'web' } } }) };
    await using played = await openPlayed(cluster, burn, { now: fastClock(60) });
    const driver = await played.ready();
    await driver.inject(anything());
    const unsure =
      /^StressChaos was forced out while Chaos Mesh still had it in ours\/web-0.* kubectl delete pod -n ours web-0$/;
    await expect(driver.recover(anything())).rejects.toThrow(unsure);
    expect(cluster.faults('stresschaos')).toEqual([]);
    await expect(driver.recover(anything()), 'nor the next time').rejects.toThrow(unsure);
    for (const name of ['web-0', 'web-1']) cluster.peer.remove(`${cluster.pods}/${name}`);
    await driver.recover(anything());
  });

  it('reaches what an aborted injection still makes', async () => {
    await using played = await openPlayed(cluster, partition);
    const driver = await played.ready();
    cluster.peer.misbehave = ({ method, path, query, body }) => {
      if (method !== 'POST' || !path.endsWith('/networkchaos') || query.get('dryRun')) return undefined;
      setTimeout(() => cluster.peer.put(path, body as never), 700);
      return 'hang';
    };
    await expect(driver.inject(signal(300))).rejects.toThrow();
    await driver.recover(anything());
    expect(cluster.faults('networkchaos')).toEqual([]);
  });
});
