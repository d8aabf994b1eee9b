import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { encodeCommand } from '../../../../src/probes/lib/zmtp/command.ts';
import { openConnection } from '../../../../src/probes/lib/zmtp/connection.ts';
import { addressOf } from '../../../../src/probes/lib/zmtp/endpoint.ts';
import { Subscriber } from '../../../../src/probes/lib/zmtp/subscriber.ts';
import { greeting, rawPeer, ready } from './raw-peer.ts';

const NULL = { mechanism: 'NULL' as const };

/** Why a connection that was open ends when the peer goes on like this. */
async function endAfterReady(goOn: (socket: Socket) => void): Promise<string> {
  await using peer = await rawPeer((socket) => {
    socket.write(greeting());
    socket.write(ready());
    goOn(socket);
  });
  const closed = Promise.withResolvers<string>();
  const opening = await openConnection(
    { ...addressOf(peer.endpoint), socketType: 'SUB', security: NULL, timeoutMs: 2000 },
    { message() {}, closed: (failure) => closed.resolve(failure.reason) },
    new AbortController().signal,
  );
  if (!opening.ok) throw new Error(opening.failure.reason);
  return await closed.promise;
}

/** Sends and never reads, so that answers pile up on the other side. */
function floodWithPings(socket: Socket): void {
  socket.pause();
  const pings = Buffer.concat(Array(2000).fill(encodeCommand('PING', Buffer.alloc(200, 1))));
  const more = () => {
    while (!socket.destroyed && socket.write(pings));
    if (!socket.destroyed) socket.once('drain', more);
  };
  more();
}

describe('an open connection ends when the peer', () => {
  const deeds: [string, (socket: Socket) => void, string][] = [
    ['hangs up', (socket) => void socket.end(), 'the peer closed the connection'],
    ['resets', (socket) => void setTimeout(() => socket.resetAndDestroy(), 50), 'the peer reset the connection'],
    [
      'claims a frame of 2^63 bytes',
      (socket) => void socket.write(Buffer.from([2, 128, 0, 0, 0, 0, 0, 0, 0])),
      'the peer breaks the ZMTP protocol: a frame of more than 16777216 bytes',
    ],
    [
      'sends a message without end',
      (socket) => void socket.write(Buffer.alloc(400, Buffer.from([1, 0]))),
      'the peer breaks the ZMTP protocol: a message of more than 64 frames',
    ],
    [
      'sends an error',
      (socket) => void socket.write(encodeCommand('ERROR', Buffer.from([0]))),
      'the peer ended the connection with an error',
    ],
    [
      'sends a PING that is cut short',
      (socket) => void socket.write(encodeCommand('PING', Buffer.from([0]))),
      'the peer breaks the ZMTP protocol: a PING without its time to live',
    ],
    [
      'floods it with PINGs and reads no answer',
      floodWithPings,
      'the peer breaks the ZMTP protocol: it makes us answer and does not read the answers',
    ],
  ];
  test.each(deeds)('%s', async (_what, goOn, reason) => {
    expect(await endAfterReady(goOn)).toBe(reason);
  });
});

test.each([
  ['3.0', [3, 0] as [number, number], '000401746f70'],
  ['3.1', [3, 1] as [number, number], '040d09535542534352494245746f70'],
])('subscribing to a ZMTP %s peer takes the form that it knows', async (_version, version, expected) => {
  const heard: Buffer[] = [];
  await using peer = await rawPeer((socket) => {
    socket.on('data', (chunk) => heard.push(chunk));
    socket.write(greeting({ version }));
    socket.write(ready());
  });

  const subscriber = new Subscriber(
    { ...addressOf(peer.endpoint), topic: 'top', security: async () => NULL, random: () => 0 },
    { message() {} },
  );

  await expect.poll(() => Buffer.concat(heard).toString('hex')).toContain(expected);
  await subscriber.close();
});

test.each([
  ['nothing', '', ''],
  ['16 bytes', '00ff'.repeat(8), '00ff'.repeat(8)],
  ['more bytes than ZMTP allows', 'ab'.repeat(40), 'ab'.repeat(16)],
])('a PING with a context of %s is answered with it', async (_what, context, expected) => {
  const heard: Buffer[] = [];
  await using peer = await rawPeer((socket) => {
    socket.on('data', (chunk) => heard.push(chunk));
    socket.write(Buffer.concat([greeting(), ready()]));
    socket.write(encodeCommand('PING', Buffer.from(`000a${context}`, 'hex')));
  });
  const opening = await openConnection(
    { ...addressOf(peer.endpoint), socketType: 'SUB', security: NULL, timeoutMs: 2000 },
    { message() {}, closed() {} },
    new AbortController().signal,
  );
  if (!opening.ok) throw new Error(opening.failure.reason);

  const pong = encodeCommand('PONG', Buffer.from(expected, 'hex')).toString('hex');
  await expect.poll(() => Buffer.concat(heard).toString('hex')).toMatch(new RegExp(`${pong}$`));
  opening.connection.close();
});

test.each([
  ['by a deadline says where it stood', 'the port is open, but no ZMTP greeting came', 'TimeoutError'],
  ['by the caller says that', 'stopped before it was finished', 'AbortError'],
])('an attempt that is ended %s', async (_what, reason, name) => {
  await using peer = await rawPeer(() => undefined);
  const abort = new AbortController();
  const opening = openConnection(
    { ...addressOf(peer.endpoint), socketType: 'SUB', security: NULL, timeoutMs: 20_000 },
    { message() {}, closed() {} },
    abort.signal,
  );
  await expect.poll(() => peer.open()).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 20));

  abort.abort(new DOMException('', name));

  expect(await opening).toMatchObject({ ok: false, failure: { reason } });
});

test('a subscriber that is closed while it connects ends at once', async () => {
  await using peer = await rawPeer(() => undefined);
  const subscriber = new Subscriber(
    { ...addressOf(peer.endpoint), topic: '', security: async () => NULL, random: () => 0 },
    { message() {} },
  );
  await expect.poll(() => peer.open()).toBe(1);
  const started = performance.now();

  await subscriber.close();
  await subscriber.close();

  expect(performance.now() - started).toBeLessThan(1000);
  await expect.poll(() => peer.open()).toBe(0);
});
