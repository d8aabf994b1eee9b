import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Reading } from '../../../src/probes/contract.ts';
import { zmtpPortProbe } from '../../../src/probes/zmtp-port/probe.ts';
import { fullBacklog } from '../lib/zmtp/full-backlog.ts';
import { closedPort, greeting, rawPeer, ready } from '../lib/zmtp/raw-peer.ts';
import { openProbe } from '../session.ts';

async function probe(config: object, timeoutMs = 300): Promise<Reading> {
  const opened = await openProbe(zmtpPortProbe, config, { timeoutMs });
  const reading = await opened.sample();
  await opened.close();
  return reading;
}

/** Serves every connection like this, and says what the probe says. The probe must have hung up. */
async function probePeer(serve: (socket: Socket) => void, config: object = { peer: 'PUB' }): Promise<Reading> {
  await using peer = await rawPeer(serve);
  const reading = await probe({ endpoint: peer.endpoint, ...config });
  await expect.poll(() => peer.open(), { message: 'the probe must leave no connection' }).toBe(0);
  return reading;
}

function says(...bytes: (Buffer | string)[]): (socket: Socket) => void {
  return (socket) => {
    for (const piece of bytes) socket.write(piece);
  };
}

function saysAndHangsUp(bytes: Buffer | string): (socket: Socket) => void {
  return (socket) => void socket.end(bytes);
}

/** Writes the same bytes as long as the other side takes them. */
function forEver(first: Buffer, bytes: Buffer): (socket: Socket) => void {
  return (socket) => {
    socket.write(first);
    const more = () => {
      while (!socket.destroyed && socket.write(bytes));
      if (!socket.destroyed) socket.once('drain', more);
    };
    more();
  };
}

const shortError = Buffer.from('\x04\x0f\x05ERROR\x08bad\nluck', 'latin1');
const peers: [string, (socket: Socket) => void, string][] = [
  ['open but silent', () => undefined, 'the port is open, but no ZMTP greeting came'],
  ['closing at once', (socket) => void socket.end(), 'the peer accepted the connection and closed it without a word'],
  [
    'resetting at once',
    (socket) => void socket.resetAndDestroy(),
    'the peer accepted the connection and reset it without a word',
  ],
  ['stopping inside its greeting', says(greeting().subarray(0, 20)), 'the peer stopped in the middle of its greeting'],
  [
    'hanging up inside its greeting',
    saysAndHangsUp(greeting().subarray(0, 40)),
    'the peer closed the connection in the middle of its greeting',
  ],
  ['silent after its greeting', says(greeting()), 'the peer sent its greeting, but did not finish the handshake'],
  [
    'hanging up after its greeting',
    saysAndHangsUp(greeting()),
    'the peer closed the connection in the middle of the handshake',
  ],
  ['an HTTP server', says('HTTP/1.1 400 Bad Request\r\n\r\n'), 'not ZMTP: the peer speaks HTTP'],
  ['an SSH server', says('SSH-2.0-OpenSSH_9.9\r\n'), 'not ZMTP: the peer speaks SSH'],
  ['a TLS server', says(Buffer.from([0x15, 3, 3, 0, 2, 2, 50])), 'not ZMTP: the peer speaks TLS'],
  ['some other server', says('220 mail ready\r\n'), 'not ZMTP: the peer sends something else'],
  ['sending only 0xff', forEver(Buffer.alloc(0), Buffer.alloc(4096, 0xff)), 'not ZMTP: the peer sends something else'],
  ['sending only zeros', forEver(Buffer.alloc(0), Buffer.alloc(4096)), 'not ZMTP: the peer sends something else'],
  ['of ZMTP 1', says(Buffer.from([1, 0])), 'the peer speaks ZMTP 1.x; 3.0 or newer is needed'],
  [
    'of ZMTP 2',
    says(greeting({ version: [1, 1] }).subarray(0, 12)),
    'the peer speaks ZMTP 2.x; 3.0 or newer is needed',
  ],
  [
    'wanting CURVE',
    says(greeting({ mechanism: 'CURVE' })),
    'the peer wants the security mechanism CURVE, which is not supported: only NULL and PLAIN are',
  ],
  ['of another socket type', says(greeting(), ready('REP')), 'wrong socket type: the peer is REP, expected PUB'],
  [
    'of an invented socket type',
    says(greeting(), ready('<b>PUB</b>')),
    'wrong socket type: the peer is an unknown socket type, expected PUB',
  ],
  ['refusing', says(greeting(), shortError), 'the peer refuses the handshake: "bad?luck"'],
  [
    'sending messages too early',
    forEver(greeting(), Buffer.alloc(6000, Buffer.from([0, 1, 65]))),
    'the peer breaks the ZMTP protocol: a message before the end of the handshake',
  ],
  [
    'claiming an endless READY',
    forEver(Buffer.concat([greeting(), Buffer.from([6, 127, 255, 255, 255, 255, 255, 255, 255])]), Buffer.alloc(4096)),
    'the peer breaks the ZMTP protocol: a frame of more than 8192 bytes',
  ],
  [
    'cutting its metadata short',
    says(greeting(), Buffer.from('\x04\x09\x05READY\x0bSo', 'latin1')),
    'the peer breaks the ZMTP protocol: its metadata is cut short',
  ],
  [
    'saying PING instead of READY',
    says(greeting(), Buffer.from('\x04\x07\x04PING\x00\x0a', 'latin1')),
    'the peer breaks the ZMTP protocol: a command other than READY in the handshake',
  ],
];

describe('a peer', () => {
  test.each(peers)('%s is bad with its own reason', async (_what, serve, reason) => {
    const reading = await probePeer(serve);

    expect(reading).toMatchObject({ outcome: 'bad', reason });
  });

  test('that keeps sending its greeting one byte at a time is healthy', async () => {
    const bytes = Buffer.concat([greeting(), ready()]);
    const drip = async (socket: Socket) => {
      for (const byte of bytes) {
        socket.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };

    const reading = await probePeer((socket) => void drip(socket));

    expect(reading).toMatchObject({ outcome: 'good' });
  });

  test('that waits for our whole greeting before it says anything is healthy', async () => {
    const reading = await probePeer((socket) => {
      let heard = 0;
      socket.on('data', (chunk) => {
        heard += chunk.length;
        if (heard === 64) says(greeting(), ready())(socket);
      });
    });

    expect(reading).toMatchObject({ outcome: 'good' });
  });

  test('that waits for our READY before it sends its own is healthy', async () => {
    const reading = await probePeer((socket) => {
      socket.write(greeting());
      socket.on('data', (chunk) => {
        if (chunk.includes('READY')) socket.write(ready());
      });
    });

    expect(reading).toMatchObject({ outcome: 'good' });
  });

  test('of another socket type hears nothing of ours', async () => {
    const heard: Buffer[] = [];
    const reading = await probePeer((socket) => {
      socket.on('data', (chunk) => heard.push(chunk));
      says(greeting(), ready('ROUTER'))(socket);
    });

    expect(reading.reason).toBe('wrong socket type: the peer is ROUTER, expected PUB');
    expect(Buffer.concat(heard).includes('READY')).toBe(false);
  });

  test('that hangs up at any byte of the handshake is never good and leaves no connection', async () => {
    const bytes = Buffer.concat([greeting(), ready()]);

    const readings = await Promise.all(
      [...bytes.keys()].map((length) => probePeer(saysAndHangsUp(bytes.subarray(0, length)))),
    );

    expect(new Set(readings.map((reading) => reading.reason))).toEqual(
      new Set([
        'the peer accepted the connection and closed it without a word',
        'the peer closed the connection in the middle of its greeting',
        'the peer closed the connection in the middle of the handshake',
      ]),
    );
    expect(readings.filter((reading) => reading.outcome !== 'bad')).toEqual([]);
  });

  test('of any socket type is healthy where the plan names none', async () => {
    expect(await probePeer(says(greeting(), ready('PULL')), {})).toMatchObject({ outcome: 'good' });
  });
});

describe('an endpoint', () => {
  test('with a closed port is refused', async () => {
    const reading = await probe({ endpoint: `tcp://127.0.0.1:${await closedPort()}` });
    expect(reading).toMatchObject({
      outcome: 'bad',
      reason: 'connection refused: nothing listens on the port',
      values: {},
    });
  });

  test('whose name does not resolve says so', async () => {
    const reading = await probe({ endpoint: 'tcp://no-such-host.invalid:5557' }, 5000);
    expect(reading.outcome).toBe('bad');
    expect(reading.reason).toMatch(/^the host name (does not resolve|could not be looked up: name server trouble)$/);
  });

  test('whose host drops everything times out at connecting', async () => {
    await using peer = await fullBacklog();
    const reading = await probe({ endpoint: peer.endpoint });
    expect(reading).toMatchObject({ outcome: 'bad', reason: 'no TCP connection in time: connecting timed out' });
  });

  test('among several is a part of its own, and a step not all have reached has no value', async () => {
    await using healthy = await rawPeer(says(greeting(), ready()));
    await using silent = await rawPeer(() => undefined);

    const reading = await probe({ endpoints: [healthy.endpoint, silent.endpoint] });

    expect(reading.outcome).toBe('bad');
    expect(Object.keys(reading.values)).toEqual(['lookupMs', 'connectMs']);
    expect(reading.parts?.map((part) => [part.labels['endpoint'], part.outcome])).toEqual([
      [healthy.endpoint, 'good'],
      [silent.endpoint, 'bad'],
    ]);
  });
});

test('an aborted sample ends at once and leaves no connection', async () => {
  await using peer = await rawPeer(() => undefined);
  const opened = await openProbe(zmtpPortProbe, { endpoint: peer.endpoint }, { timeoutMs: 60_000 });
  const abort = new AbortController();

  const reading = opened.session.sample(abort.signal);
  await expect.poll(() => peer.open()).toBe(1);
  abort.abort();

  expect(await reading).toMatchObject({ outcome: 'unknown' });
  await expect.poll(() => peer.open()).toBe(0);
});

test('closing the session ends what is under way, and may be done twice', async () => {
  await using peer = await rawPeer(() => undefined);
  const opened = await openProbe(zmtpPortProbe, { endpoint: peer.endpoint }, { timeoutMs: 60_000 });
  const reading = opened.session.sample(new AbortController().signal);
  await expect.poll(() => peer.open()).toBe(1);

  await opened.close();
  await opened.close();

  expect(await reading).toMatchObject({ outcome: 'unknown' });
  await expect.poll(() => peer.open()).toBe(0);
});

test('a hanging peer does not silence overlapping samples', async () => {
  let connections = 0;
  await using peer = await rawPeer((socket) => {
    if (connections++ > 0) says(greeting(), ready())(socket);
  });
  const opened = await openProbe(zmtpPortProbe, { endpoint: peer.endpoint }, { timeoutMs: 500 });

  const hanging = opened.sample();
  await expect.poll(() => peer.open()).toBe(1);
  const second = await opened.sample();

  expect(second.outcome).toBe('good');
  expect((await hanging).outcome).toBe('bad');
});
