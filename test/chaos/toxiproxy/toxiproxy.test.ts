import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { toxiproxyDriver } from '../../../src/chaos/toxiproxy/driver.ts';
import { silentLog } from '../../../src/clients/log.ts';
import { endlessServer, silentServer, tcpServer } from '../../loopback/servers.ts';
import { open, openSetting, problemsOf, signal } from '../driver-setting.ts';
import { startDouble } from './toxiproxy-double.ts';

const blackhole = (url: string, ...proxies: string[]) => ({ url, proxies, action: 'blackhole' });

describe('injecting', () => {
  it('makes both toxics on each proxy under names that say whose they are, and removes them', async () => {
    await using double = await startDouble('a', 'b');
    await using setting = await openSetting();
    const driver = await open(toxiproxyDriver, blackhole(double.url, 'a', 'b'), setting.context);
    expect(await driver.prepare(signal())).toEqual({ targets: ['a', 'b'], problems: [] });
    expect(double.changes).toEqual([]);

    const { evidence, notBefore, at } = await driver.inject(signal());
    expect(notBefore).toBeLessThanOrEqual(at!);
    expect(double.proxies['b']!.toxics.map((toxic) => `${toxic.name} ${toxic.type}`)).toEqual([
      'steadfast-run-1-breaks-upstream timeout',
      'steadfast-run-1-breaks-downstream timeout',
    ]);
    expect(evidence.map((piece) => `${piece.of} ${piece.holds ?? '-'} ${piece.text}`)).toEqual([
      'mechanism true a: in place, read back: timeout upstream, timeout downstream',
      'note - a: not measured: the proxy is out of reach from here',
      'mechanism true b: in place, read back: timeout upstream, timeout downstream',
      'note - b: not measured: the proxy is out of reach from here',
    ]);
    expect(await readdir(setting.faults)).toHaveLength(1);

    await driver.recover(signal());
    expect([...double.proxies['a']!.toxics, ...double.proxies['b']!.toxics]).toEqual([]);
    expect(await readdir(setting.faults)).toEqual([]);
  });

  it('undoes what it made when it fails half-way', async () => {
    await using double = await startDouble('a', 'b');
    await using setting = await openSetting();
    const driver = await open(toxiproxyDriver, blackhole(double.url, 'a', 'b'), setting.context);
    double.mischief = (call) => (call.startsWith('POST /proxies/b') ? { status: 500, body: 'boom' } : undefined);

    await expect(driver.inject(signal())).rejects.toThrow(/Toxiproxy at http.*: HTTP 500: boom/);
    expect(double.proxies['a']!.toxics).toHaveLength(2);
    await driver.recover(signal());
    expect(double.proxies['a']!.toxics).toEqual([]);
  });

  it('does not believe a Toxiproxy that says yes and does nothing', async () => {
    await using double = await startDouble('a');
    await using setting = await openSetting();
    const driver = await open(toxiproxyDriver, { url: double.url, proxy: 'a', action: 'refuse' }, setting.context);
    double.mischief = (call) => (call === 'POST /proxies/a' ? { status: 200, body: '{}' } : undefined);

    await expect(driver.inject(signal())).rejects.toThrow('a: the proxy is switched on');
    await driver.recover(signal());
  });

  it('does not believe a toxic in place through which bytes still pass', async () => {
    const chatty = await tcpServer((socket) => void socket.write('hello'));
    await using double = await startDouble('a');
    await using setting = await openSetting();
    double.proxies['a']!.listen = `127.0.0.1:${chatty.port}`;
    const driver = await open(toxiproxyDriver, blackhole(double.url, 'a'), setting.context);

    await expect(driver.inject(signal())).rejects.toThrow('no effect: a: a fresh connection still got bytes');
    await driver.recover(signal());
    expect(double.proxies['a']!.toxics).toEqual([]);
    await expect.poll(() => chatty.connections()).toBe(0);
    await chatty.close();
  });

  it('removes even what Toxiproxy makes after it was given up on', async () => {
    await using double = await startDouble('a');
    await using setting = await openSetting();
    const driver = await open(toxiproxyDriver, blackhole(double.url, 'a'), setting.context);
    double.mischief = (call, act) => {
      if (!call.startsWith('POST')) return undefined;
      setTimeout(act, 150);
      return 'hang';
    };

    await expect(driver.inject(signal(50))).rejects.toThrow('stopped before the answer came');
    await driver.recover(signal());
    await setting.context.sleep(200, signal());
    expect(double.proxies['a']!.toxics).toEqual([]);
  });

  it('touches nothing where the fault cannot be recorded', async () => {
    await using double = await startDouble('a');
    await using setting = await openSetting();
    await writeFile(setting.faults, 'a file in the place of the folder');
    const driver = await open(toxiproxyDriver, blackhole(double.url, 'a'), setting.context);

    await expect(driver.inject(signal())).rejects.toThrow();
    expect(double.changes).toEqual([]);
  });
});

describe('looking again', () => {
  it('says so when somebody removed the toxic, changed it, switched the proxy off, or took Toxiproxy away', async () => {
    await using double = await startDouble('a');
    await using setting = await openSetting();
    const driver = await open(toxiproxyDriver, { ...blackhole(double.url, 'a'), stream: 'upstream' }, setting.context);
    await driver.inject(signal());
    const proxy = double.proxies['a']!;
    const again = async () => (await driver.evidence(signal()))[0];
    expect(await again()).toMatchObject({ of: 'mechanism', holds: true });

    proxy.toxics[0]!.attributes = { timeout: 5 };
    expect(await again()).toMatchObject({ holds: false, text: 'a: not in place: timeout upstream' });
    proxy.enabled = false;
    expect(await again()).toMatchObject({ holds: false, text: 'a: somebody switched the proxy off' });
    delete double.proxies['a'];
    expect(await again()).toMatchObject({ holds: false, text: 'a: the proxy does not exist' });
    double.mischief = () => ({ status: 503 });
    expect(await again()).toMatchObject({ holds: false, text: expect.stringContaining('HTTP 503') });
  });
});

describe('removing', () => {
  it('is not certain while reading back shows the fault, and keeps the record', async () => {
    await using double = await startDouble('a');
    await using setting = await openSetting();
    const driver = await open(toxiproxyDriver, blackhole(double.url, 'a'), setting.context);
    await driver.inject(signal());
    double.mischief = (call) => (call.startsWith('DELETE') ? { status: 204 } : undefined);

    await expect(driver.recover(signal())).rejects.toThrow('the fault is still on a after its removal');
    expect(await readdir(setting.faults)).toHaveLength(1);
    double.mischief = () => undefined;
    await driver.recover(signal());
    expect(await readdir(setting.faults)).toEqual([]);
  });

  it('is not certain when Toxiproxy hangs or is gone', async () => {
    const double = await startDouble('a');
    await using setting = await openSetting();
    const driver = await open(toxiproxyDriver, blackhole(double.url, 'a'), setting.context);
    await driver.inject(signal());

    double.mischief = () => 'hang';
    await expect(driver.recover(signal(100))).rejects.toThrow('stopped before the answer came');
    await double.server.close();
    await expect(driver.recover(signal())).rejects.toThrow('connection refused');
    expect(await readdir(setting.faults)).toHaveLength(1);
  });

  it('is not certain when a proxy vanished while it was switched off', async () => {
    await using double = await startDouble('a');
    await using setting = await openSetting();
    const driver = await open(toxiproxyDriver, { url: double.url, proxy: 'a', action: 'refuse' }, setting.context);
    await driver.inject(signal());
    expect(double.proxies['a']).toMatchObject({ enabled: false, toxics: [{ type: 'noop' }] });

    delete double.proxies['a'];
    await expect(driver.recover(signal())).rejects.toThrow('no longer there, so it cannot be switched on: a');
  });
});

describe('sweeping', () => {
  const undoOf = async (url: string, action: string) => {
    const recorded: unknown[] = [];
    const ledger = { record: async (undo: unknown) => void recorded.push(undo), clear: async () => {} };
    await using setting = await openSetting({ ledger });
    await (await open(toxiproxyDriver, { url, proxy: 'a', action }, setting.context)).inject(signal());
    return recorded[0];
  };

  it.each(['refuse', 'blackhole'])('removes %s from the record alone, twice without harm', async (action) => {
    await using double = await startDouble('a');
    const undo = JSON.parse(JSON.stringify(await undoOf(double.url, action))) as unknown;

    expect(await toxiproxyDriver.sweep!(undo, signal(), silentLog)).toMatch(/^a at http/);
    await toxiproxyDriver.sweep!(undo, signal(), silentLog);
    expect(double.proxies['a']).toMatchObject({ enabled: true, toxics: [] });
  });

  it('takes a Toxiproxy of this machine that has ended for the end of its toxics', async () => {
    const double = await startDouble('a');
    const undo = await undoOf(double.url, 'blackhole');
    await double.server.close();
    expect(await toxiproxyDriver.sweep!(undo, signal(), silentLog)).toContain('has ended');
  });

  it('leaves the loopback address of another machine to that machine', async () => {
    await using double = await startDouble('a');
    const undo = (await undoOf(double.url, 'blackhole')) as object;
    const there = { ...undo, machine: { host: 'other', boot: 'b', pidNamespace: 'n' } };
    await expect(toxiproxyDriver.sweep!(there, signal(), silentLog)).rejects.toThrow('sweep on other');
    await expect(toxiproxyDriver.sweep!({ url: 1 }, signal(), silentLog)).rejects.toThrow('cannot be read');
  });
});

describe('what is refused', () => {
  it('a proxy that another run has broken, that is off, that has the same toxic, or that does not exist', async () => {
    await using double = await startDouble('theirs', 'off', 'same', 'good');
    await using setting = await openSetting();
    const toxic = {
      name: 'steadfast-run-0-x-upstream',
      type: 'noop',
      stream: 'upstream',
      toxicity: 1,
      attributes: {},
    } as const;
    double.proxies['theirs']!.toxics = [toxic];
    double.proxies['off']!.enabled = false;
    double.proxies['same']!.toxics = [{ ...toxic, name: 'wan', type: 'timeout' }];
    const config = blackhole(double.url, 'theirs', 'off', 'same', 'good', 'missing');
    const driver = await open(toxiproxyDriver, config, setting.context);

    expect((await driver.prepare(signal())).problems).toEqual([
      'proxy theirs still has a fault of ours or of another run: steadfast-run-0-x-upstream',
      'proxy off is switched off already',
      'proxy same has a toxic of the same kind already: wan',
      'proxy missing does not exist; there are: good, off, same, theirs',
    ]);
  });

  it.each([
    ['a version that has another API', () => ({ status: 200, body: '1.2.0' }), 'Toxiproxy 1.2.0 is not supported'],
    ['something that is not Toxiproxy', () => ({ status: 200, body: '<html>' }), "is not Toxiproxy's"],
    ['an error', () => ({ status: 500, body: 'boom' }), 'HTTP 500: boom'],
  ])('%s', async (_sentence, answer, problem) => {
    await using double = await startDouble('a');
    await using setting = await openSetting();
    double.mischief = answer;
    const driver = await open(toxiproxyDriver, blackhole(double.url, 'a'), setting.context);
    expect((await driver.prepare(signal())).problems.join()).toContain(problem);
  });

  it.each([
    ['a server that never answers', silentServer, 'stopped before the answer came'],
    ['a server whose answer never ends', endlessServer, 'larger than'],
  ])('%s', async (_sentence, start, problem) => {
    const server = await start();
    await using setting = await openSetting();
    const driver = await open(toxiproxyDriver, blackhole(server.url, 'a'), setting.context);
    expect((await driver.prepare(signal(1_000))).problems.join()).toContain(problem);
    await driver.close();
    await server.close();
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no proxy', { action: 'refuse' }, 'proxy: expected exactly one'],
    ['both forms of proxy', { action: 'refuse', proxy: 'a', proxies: ['b'] }, 'proxy: expected exactly one'],
    ['latency without latency', { action: 'latency', proxy: 'a' }, 'latency: `latency` needs'],
    ['more jitter than latency', { action: 'latency', proxy: 'a', latency: '1s', jitter: '2s' }, 'jitter: at most'],
    ['bandwidth without a rate', { action: 'bandwidth', proxy: 'a' }, 'rate: `bandwidth` needs'],
    [
      'a rate in parts of a kilobyte',
      { action: 'bandwidth', proxy: 'a', rate: '1KiB' },
      'rate: expected whole kilobytes',
    ],
    ['a rate without a unit', { action: 'bandwidth', proxy: 'a', rate: '100' }, 'rate: expected whole kilobytes'],
    ['a direction for `refuse`', { action: 'refuse', proxy: 'a', stream: 'both' }, 'stream: means nothing'],
  ])('%s', (_sentence, config, problem) => {
    expect(problemsOf(toxiproxyDriver, { url: 'http://t:8474', ...config }).join()).toContain(problem);
  });
});
