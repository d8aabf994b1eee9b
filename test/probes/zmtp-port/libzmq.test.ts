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
    ['XSUB', () => new zmq.XSubscriber()],
  ])('%s is healthy, and each step has its time', async (peer, make) => {
    const reading = await probe(make(), { peer });

    const { lookupMs, connectMs, greetingMs, handshakeMs, totalMs } = reading.values as Record<string, number>;
    expect(reading.outcome).toBe('good');
    expect(totalMs).toBeCloseTo(lookupMs! + connectMs! + greetingMs! + handshakeMs!, 6);
    expect(totalMs).toBeGreaterThan(0);
  });

  test.each([
    ['ROUTER', () => new zmq.Router()],
    ['DEALER', () => new zmq.Dealer()],
    ['REQ', () => new zmq.Request()],
    ['REP', () => new zmq.Reply()],
    ['PUSH', () => new zmq.Push()],
    ['PULL', () => new zmq.Pull()],
    ['PAIR', () => new zmq.Pair()],
    ['SUB', () => new zmq.Subscriber()],
    ['XSUB', () => new zmq.XSubscriber()],
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
      reason: 'the peer wants the security mechanism CURVE, which is not supported: only NULL and PLAIN are',
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
    [
      'with an endpoint twice in both forms',
      { endpoints: [endpoint, { endpoint, peer: 'PUB' }] },
      'an endpoint is named twice',
    ],
    ['that demands no address at all', { endpoint, addresses: { atLeast: 0 } }, 'expected number to be >=1'],
    [
      'that demands many of one address',
      { endpoint: 'tcp://10.0.0.7:5557', addresses: { atLeast: 2 } },
      'this is one address, of which addresses.atLeast demands 2: expected a host name',
    ],
    [
      'that demands the other kind of an address',
      { endpoint: 'tcp://[::1]:5557', addresses: { atLeast: 1, family: 4 } },
      'this is no IPv4 address',
    ],
    [
      'with addresses of more names than a sample can hold',
      { endpoints: Array.from({ length: 9 }, (_, pod) => `tcp://vllm-${pod}:5557`), addresses: { atLeast: 1 } },
      'addresses can be demanded of 8 endpoints at most',
    ],
    ['with an unknown key', { endpoint, port: 1 }, 'Unrecognized key'],
  ])('%s is refused', (_what, config, message) => {
    expect(zmtpPortProbe.config.safeParse(config).error?.issues[0]?.message).toContain(message);
  });

  test.each([
    ['an endpoint', { endpoint, peer: 'PUB' }, `PUB ${endpoint}`],
    ['endpoints', { endpoints: [endpoint, 'tcp://b:1'] }, `any ${endpoint} any tcp://b:1`],
    [
      'endpoints that differ',
      {
        endpoints: [endpoint, { endpoint: 'tcp://b:1', peer: 'REP', addresses: { atLeast: 1, family: 6 } }],
        peer: 'PUB',
        addresses: { atLeast: 2 },
      },
      `PUB ${endpoint} (each address) REP tcp://b:1 (each address of IPv6)`,
    ],
  ])('of %s tells its instrument', (_what, config, instrument) => {
    expect(zmtpPortProbe.instrument?.(zmtpPortProbe.config.parse(config))).toBe(instrument);
  });
});
