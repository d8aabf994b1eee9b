import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import type { Reading } from '../../src/probes/contract.ts';
import { pods } from '../probes/zmtp-port/pods.ts';

const source = (path: string) => join(import.meta.dirname, '../../src', path);

/** Takes a sample for each line that it reads. */
function samplerCode(config: object): string {
  return `
    const { zmtpPortProbe } = await import('${source('probes/zmtp-port/probe.ts')}');
    const { createInterface } = await import('node:readline');
    const config = zmtpPortProbe.config.parse(${JSON.stringify(config)});
    const session = await zmtpPortProbe.open(config, { timeoutMs: 2000 });
    for await (const _ of createInterface({ input: process.stdin }))
      console.log(JSON.stringify(await session.sample(AbortSignal.timeout(2000))));`;
}

/** A probe whose machine has a hosts file and a name server of its own. */
async function probeWithNames(config: object, nameServer = '127.0.0.1') {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-names-'));
  const [hosts, resolver] = [join(folder, 'hosts'), join(folder, 'resolv.conf')];
  await writeFile(hosts, '');
  await writeFile(resolver, `nameserver ${nameServer}\n`);
  const bound = 'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf && shift 2 && exec "$@"';
  const sampler = [process.execPath, '--input-type=module', '-e', samplerCode(config)];
  const child = spawn('unshare', ['--mount', 'sh', '-c', bound, 'sh', hosts, resolver, ...sampler], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    hostsAre: (entries: string[]) => writeFile(hosts, entries.map((entry) => `${entry}\n`).join('')),
    async sample(): Promise<Reading> {
      child.stdin.write('\n');
      return JSON.parse(String((await lines.next()).value)) as Reading;
    },
  };
}

test("a name's addresses are those of the machine's own resolver at each sample, of both kinds", async () => {
  await using engines = await pods(['127.0.0.2', '127.0.0.3', '::1']);
  const endpoint = `tcp://engines.steadfast.invalid:${engines.port}`;
  const probe = await probeWithNames({ endpoint, peer: 'PUB', addresses: { atLeast: 2 } });
  const line = (address: string) => `${address} engines.steadfast.invalid`;
  const told = async () => {
    const { outcome, parts = [] } = await probe.sample();
    return [outcome, ...parts.map(({ labels, outcome: each }) => `${labels['address'] ?? 'the name'} ${each}`)];
  };

  await probe.hostsAre([line('127.0.0.2'), line('127.0.0.3')]);
  const two = await told();
  await probe.hostsAre([line('127.0.0.3')]);
  const one = await told();
  await probe.hostsAre([line('::1'), line('127.0.0.3')]);
  const replaced = await told();
  await probe.hostsAre([]);
  const none = await probe.sample();

  expect(two).toEqual(['good', '127.0.0.2 good', '127.0.0.3 good']);
  expect(one).toEqual(['bad', 'the name bad', '127.0.0.2 bad', '127.0.0.3 good']);
  expect(replaced).toEqual(['good', '127.0.0.3 good', '::1 good']);
  expect(none.outcome).toBe('bad');
  expect(none.reason).toMatch(
    /^the host name (does not resolve to any address|could not be looked up.*|was not looked up in time)$/,
  );
});

test('a name server that says nothing is told as such, in time, whichever way names are used', async () => {
  const silent = createSocket('udp4').bind(53, '127.0.0.9');
  onTestFinished(() => void silent.close());
  const endpoint = 'tcp://engines.steadfast.invalid:5557';
  const [asClient, eachAddress] = [
    await probeWithNames({ endpoint }, '127.0.0.9'),
    await probeWithNames({ endpoint, addresses: { atLeast: 1 } }, '127.0.0.9'),
  ];

  const readings = await Promise.all([asClient.sample(), eachAddress.sample()]);

  const inVain = ['bad', 'the host name was not looked up in time'];
  expect(readings.map(({ outcome, reason }) => [outcome, reason])).toEqual([inVain, inVain]);
});
