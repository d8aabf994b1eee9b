import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { tcpProbe } from '../../src/probes/tcp.ts';
import { closedPort, silentServer } from '../loopback/servers.ts';
import { openProbe } from './session.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('a port that accepts is good, and the connection is given back', async () => {
  const server = await silentServer();
  cleanups.push(() => server.close());
  const session = await openProbe(tcpProbe, { address: server.address });

  const reading = await session.sample();

  expect(reading).toMatchObject({ outcome: 'good' });
  expect(reading.values['connectMs']).toBeGreaterThan(0);
  await expect.poll(() => server.connections()).toBe(0);
});

test('a closed port is refused', async () => {
  const session = await openProbe(tcpProbe, { address: `127.0.0.1:${await closedPort()}` });

  expect(await session.sample()).toEqual({ outcome: 'bad', values: {}, reason: 'connection refused' });
});

test('a name that does not resolve is said', async () => {
  const session = await openProbe(tcpProbe, { address: 'no-such-host.invalid:80' });

  expect((await session.sample()).reason).toMatch(/does not resolve|name server does not answer|stopped before/);
});

test('an address in brackets is IPv6', async () => {
  const session = await openProbe(tcpProbe, { address: `[::1]:${await closedPort()}` });

  expect((await session.sample()).reason).toMatch(/connection refused|no local address|unreachable/);
});

test('a handshake that nobody completes ends with the signal', async () => {
  const port = await portWithFullBacklog();
  const session = await openProbe(tcpProbe, { address: `127.0.0.1:${port}` }, { timeoutMs: 200 });

  const began = performance.now();
  const reading = await session.sample();

  expect(reading).toEqual({ outcome: 'bad', values: {}, reason: 'stopped before the connection was made' });
  expect(performance.now() - began).toBeLessThan(500);
});

/** A process that listens, accepts nothing, and whose queue is full: the kernel then drops further handshakes. */
async function portWithFullBacklog(): Promise<number> {
  const script = `const s = require('node:net').createServer();
    s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(s.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    });`;
  const child: ChildProcess = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(() => child.kill('SIGKILL'));
  const [text] = await once(child.stdout!, 'data');
  const port = Number(String(text));
  const fillers: Socket[] = Array.from({ length: 6 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  cleanups.push(() => {
    for (const filler of fillers) filler.destroy();
  });
  await Promise.race(fillers.map((filler) => once(filler, 'connect')));
  await new Promise((resolve) => setTimeout(resolve, 50));
  return port;
}
