import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as zmq from 'zeromq';
import { zmtpPortProbe } from '../../../src/probes/zmtp-port/probe.ts';
import { bind } from '../lib/zmtp/bind.ts';
import { openProbe } from '../session.ts';

/** What the probe says of a socket of libzmq. */
async function probe(socket: Parameters<typeof bind>[0] & { close(): void }, config: object) {
  const endpoint = await bind(socket);
  const opened = await openProbe(zmtpPortProbe, { endpoint, ...config });
  const reading = await opened.sample();
  await opened.close();
  socket.close();
  return reading;
}

describe('a libzmq peer', () => {
  test.each([
    ['PUB', () => new zmq.Publisher()],
    ['XPUB', () => new zmq.XPublisher()],
    ['ROUTER', () => new zmq.Router()],
    ['REP', () => new zmq.Reply()],
    ['PULL', () => new zmq.Pull()],
    ['SUB', () => new zmq.Subscriber()],
  ])('%s is healthy, and each step has its time', async (peer, make) => {
    const reading = await probe(make(), { peer });

    const { connectMs, greetingMs, handshakeMs, totalMs } = reading.values as Record<string, number>;
    expect(reading.outcome).toBe('good');
    expect(totalMs).toBeCloseTo(connectMs! + greetingMs! + handshakeMs!, 6);
    expect(totalMs).toBeGreaterThan(0);
  });

  test.each([
    ['ROUTER', () => new zmq.Router()],
    ['PUSH', () => new zmq.Push()],
    ['XPUB', () => new zmq.XPublisher()],
  ])('%s is not the PUB that the plan expects', async (type, make) => {
    expect(await probe(make(), { peer: 'PUB' })).toMatchObject({
      outcome: 'bad',
      reason: `wrong socket type: the peer is ${type}, expected PUB`,
    });
  });

  test('that wants CURVE says so', async () => {
    const { secretKey } = zmq.curveKeyPair();
    const publisher = new zmq.Publisher({ curveServer: true, curveSecretKey: secretKey });

    expect(await probe(publisher, { peer: 'PUB' })).toMatchObject({
      outcome: 'bad',
      reason: 'the peer wants the security mechanism CURVE, the plan says NULL',
    });
  });

  test('keeps serving its subscribers while it is probed a hundred times', async () => {
    const publisher = new zmq.Publisher();
    const endpoint = await bind(publisher);
    const subscriber = new zmq.Subscriber({ receiveTimeout: 2000 });
    subscriber.connect(endpoint);
    subscriber.subscribe();
    const opened = await openProbe(zmtpPortProbe, { endpoint, peer: 'PUB' });

    const readings = await Promise.all(Array.from({ length: 100 }, () => opened.sample()));
    await publisher.send('still in order');

    expect(readings.map((reading) => reading.reason).filter(Boolean)).toEqual([]);
    expect(String(await subscriber.receive())).toBe('still in order');
    subscriber.close();
    publisher.close();
  });
});

describe('a password', () => {
  test('whose file cannot be read is no fault of the service', async () => {
    const config = { mechanism: 'PLAIN', username: 'probe', passwordFile: '/does/not/exist' };
    const reading = await probe(new zmq.Publisher(), config);
    expect(reading).toMatchObject({ outcome: 'unknown', reason: 'the password file cannot be read' });
  });

  test('is read from its file and never repeated', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zmtp-port-'));
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, 'very secret\n');
    const reading = await probe(new zmq.Publisher(), { mechanism: 'PLAIN', username: 'probe', passwordFile });
    expect(reading.reason).toBe('the peer wants the security mechanism NULL, the plan says PLAIN');
    await rm(folder, { recursive: true });
  });
});

describe('a config', () => {
  const endpoint = 'tcp://vllm:5557';
  test.each([
    ['without an endpoint', {}, 'expected either endpoint or endpoints'],
    ['with both forms', { endpoint, endpoints: [endpoint] }, 'expected either endpoint or endpoints'],
    ['with an endpoint twice', { endpoints: [endpoint, endpoint] }, 'an endpoint is named twice'],
    ['with CURVE', { endpoint, mechanism: 'CURVE' }, 'CURVE is not supported: expected NULL or PLAIN'],
    ['with PLAIN alone', { endpoint, mechanism: 'PLAIN' }, 'PLAIN needs username and passwordFile'],
    ['with a name for NULL', { endpoint, username: 'me' }, 'username and passwordFile need mechanism: PLAIN'],
    ['with a peer that would hand us its messages', { endpoint, peer: 'PUSH' }, 'Invalid option'],
    ['with an unknown key', { endpoint, port: 1 }, 'Unrecognized key'],
  ])('%s is refused', (_what, config, message) => {
    expect(zmtpPortProbe.config.safeParse(config).error?.issues[0]?.message).toContain(message);
  });
});
