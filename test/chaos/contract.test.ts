import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Driver } from '../../src/chaos/contract.ts';
import { driverTypes } from '../../src/chaos/registry.ts';
import { silentLog } from '../../src/clients/log.ts';
import { type KubePeer, startKubePeer } from '../loopback/kube-peer.ts';
import { closedPort } from '../loopback/servers.ts';
import { exampleConfig, openSetting, type Setting, signal } from './driver-setting.ts';
import { startDouble } from './toxiproxy/toxiproxy-double.ts';

/** A cluster with nothing in it. */
let emptyCluster: KubePeer;

beforeAll(async () => {
  emptyCluster = await startKubePeer();
});

afterAll(() => emptyCluster.close());

const killOne = () => ({
  kubeconfig: emptyCluster.kubeconfig,
  manifest: {
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind: 'PodChaos',
    metadata: { name: 'kill' },
    spec: { action: 'pod-kill', mode: 'one', selector: { labelSelectors: { app: 'none' } } },
  },
});

/** A config of each driver under which there is nothing to break. */
const intoTheVoid: Record<string, (setting: Setting) => Promise<unknown>> = {
  'chaos-mesh': async () => killOne(),
  toxiproxy: async () => ({ url: `http://127.0.0.1:${await closedPort()}`, proxy: 'a', action: 'refuse' }),
  process: async ({ folder }) => ({ action: 'pause', pidFile: join(folder, 'none.pid') }),
  none: async ({ folder }) => ({ file: join(folder, 'no', 'where') }),
};

/** A config of each driver whose injection can be aborted, and what must be as before afterwards. */
const abortable: Record<
  string,
  (setting: Setting) => Promise<{ config: unknown; isWhole(): boolean; end(): Promise<void> }>
> = {
  async 'chaos-mesh'() {
    const isWhole = () => emptyCluster.objects('/apis/chaos-mesh.org/v1alpha1/podchaos').length === 0;
    return { config: killOne(), isWhole, end: async () => {} };
  },
  async toxiproxy() {
    const double = await startDouble('a', 'b');
    double.mischief = (call) => (call.startsWith('POST /proxies/b/') ? 'hang' : undefined);
    const isWhole = () => Object.values(double.proxies).every((proxy) => proxy.enabled && proxy.toxics.length === 0);
    const config = { url: double.url, proxies: ['a', 'b'], action: 'refuse' };
    return { config, isWhole, end: async () => double[Symbol.asyncDispose]() };
  },
  async process(setting) {
    const { child, pidFile } = await setting.victim({
      code: "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)",
    });
    await setting.context.sleep(300, signal());
    setting.reap(pidFile);
    const config = {
      action: 'kill',
      pidFile,
      signal: 'TERM',
      start: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
    };
    return { config, isWhole: () => child.signalCode === 'SIGKILL', end: async () => {} };
  },
  async none(setting) {
    return { config: { file: join(setting.folder, 'phases') }, isWhole: () => true, end: async () => {} };
  },
};

describe.each([...driverTypes.values()])('driver $type', (type) => {
  const openWith = (config: unknown, setting: Setting): Promise<Driver> =>
    type.open(type.config.parse(config), setting.context);

  it('has an example that its own schema takes, and texts for the docs', () => {
    const example = parse(type.example) as Record<string, unknown>;
    expect(example).toMatchObject({ driver: type.type, name: expect.any(String), config: expect.any(Object) });
    const parsed = type.config.safeParse(example['config']);
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(type.describe(parsed.data).split('\n')).toHaveLength(1);
    expect(type.summary).toMatch(/\.$/);
    expect(type.proof).not.toBe('');
  });

  it('refuses keys that it does not know', () => {
    const config = { ...(exampleConfig(type) as object), sirName: 'x' };
    expect(type.config.safeParse(config).error?.issues).toMatchObject([{ code: 'unrecognized_keys' }]);
  });

  it('finds problems where there is nothing to break, and touches nothing', async () => {
    await using setting = await openSetting();
    const driver = await openWith(await intoTheVoid[type.type]!(setting), setting);

    const { problems } = await driver.prepare(signal(5_000));
    expect(problems).not.toEqual([]);
    expect(problems.every((problem) => !problem.includes('\n'))).toBe(true);
    expect(await readdir(setting.folder), 'no record of a fault that was not made').toEqual([]);
    await driver.close();
  });

  it('recovers before it injected, twice, and closes twice', async () => {
    await using setting = await openSetting();
    const driver = await openWith(await intoTheVoid[type.type]!(setting), setting);

    const [first, second] = [await driver.recover(signal(5_000)), await driver.recover(signal(5_000))];
    expect([...first.evidence, ...second.evidence].every((piece) => piece.of === 'note')).toBe(true);
    expect(await driver.evidence(signal(5_000))).toEqual([]);
    await driver.close();
    await driver.close();
  });

  it('stops an aborted injection promptly, and recovers all of it', async () => {
    await using setting = await openSetting();
    const { config, isWhole, end } = await abortable[type.type]!(setting);
    const driver = await openWith(config, setting);

    const began = performance.now();
    await expect(driver.inject(signal(150))).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(1_500);
    await driver.recover(signal(5_000));
    expect(isWhole()).toBe(true);
    await driver.recover(signal(5_000));
    expect(isWhole(), 'also after a second recovery').toBe(true);
    expect(await readdir(setting.faults).catch(() => [])).toEqual([]);
    await driver.close();
    await end();
  });

  it('injects nothing under a signal that has aborted already', async () => {
    await using setting = await openSetting();
    const { config, end } = await abortable[type.type]!(setting);
    const driver = await openWith(config, setting);

    await expect(driver.inject(AbortSignal.abort(new Error('stopped')))).rejects.toThrow();
    await driver.recover(signal(5_000));
    expect(await readdir(setting.faults).catch(() => [])).toEqual([]);
    await driver.close();
    await end();
  });

  if (type.sweep)
    it('refuses a record that it cannot read, in one line', async () => {
      await expect(type.sweep!({ nonsense: true }, signal(), silentLog)).rejects.toThrow(
        /^the record .* cannot be read$/,
      );
    });
});

it('has a case here for every driver', () => {
  expect(Object.keys(intoTheVoid).sort()).toEqual([...driverTypes.keys()].sort());
  expect(Object.keys(abortable).sort()).toEqual([...driverTypes.keys()].sort());
});

it('does not start a process whose pid file cannot lead to it', async () => {
  await using setting = await openSetting();
  await mkdir(join(setting.folder, 'dir.pid'));
  await writeFile(join(setting.folder, 'empty.pid'), '');
  const type = driverTypes.get('process')!;
  for (const name of ['dir.pid', 'empty.pid']) {
    const driver = await type.open(
      type.config.parse({ action: 'pause', pidFile: join(setting.folder, name) }),
      setting.context,
    );
    expect((await driver.prepare(signal())).problems).toHaveLength(1);
  }
});
