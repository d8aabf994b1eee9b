import { describe, expect, test } from 'vitest';
import * as zmq from 'zeromq';
import { type Connection, type ConnectionOptions, openConnection } from '../../../../src/probes/lib/zmtp/connection.ts';
import { addressOf } from '../../../../src/probes/lib/zmtp/endpoint.ts';
import { bind } from './bind.ts';
import { asVersion30 } from './older-peer.ts';

type Bindable = Parameters<typeof bind>[0] & { close(): void };

/** Every socket type of libzmq that speaks ZMTP, without its drafts. */
const TYPES: Record<string, (options: { ipv6: boolean; linger: 0 }) => Bindable> = {
  PAIR: (options) => new zmq.Pair(options),
  PUB: (options) => new zmq.Publisher(options),
  SUB: (options) => new zmq.Subscriber(options),
  REQ: (options) => new zmq.Request(options),
  REP: (options) => new zmq.Reply(options),
  DEALER: (options) => new zmq.Dealer(options),
  ROUTER: (options) => new zmq.Router(options),
  PULL: (options) => new zmq.Pull(options),
  PUSH: (options) => new zmq.Push(options),
  XPUB: (options) => new zmq.XPublisher(options),
  XSUB: (options) => new zmq.XSubscriber(options),
};

const VERSIONS = ['3.1', '3.0'] as const;
const ADDRESSES = ['tcp://127.0.0.1:*', 'tcp://[::1]:*'];
const ways = VERSIONS.flatMap((version) => ADDRESSES.map((address): [string, string] => [version, address]));

/** A socket of libzmq and the way to it. */
async function listening<Made extends Bindable>(socket: Made, version: string, address: string) {
  const direct = await bind(socket, address);
  const older = version === '3.0' ? await asVersion30(direct) : undefined;
  return {
    socket,
    endpoint: older?.endpoint ?? direct,
    async [Symbol.asyncDispose]() {
      socket.close();
      await older?.[Symbol.asyncDispose]();
    },
  };
}

/** Opens a connection, and gives what comes over it. */
async function converse(endpoint: string, more: Partial<ConnectionOptions>) {
  const messages: string[][] = [];
  const ended = Promise.withResolvers<string>();
  const opening = await openConnection(
    { ...addressOf(endpoint), socketType: 'SUB', security: { mechanism: 'NULL' }, timeoutMs: 2000, ...more },
    {
      message: (frames) => messages.push(frames.map((frame) => frame.toString('latin1'))),
      closed: ({ reason }) => ended.resolve(reason),
    },
    new AbortController().signal,
  );
  return { opening, messages, ended: ended.promise };
}

async function opened(endpoint: string, more: Partial<ConnectionOptions>) {
  const { opening, ...rest } = await converse(endpoint, more);
  if (!opening.ok) throw new Error(opening.failure.reason);
  return { connection: opening.connection as Connection, ...rest };
}

describe.each(ways)('libzmq that speaks ZMTP %s at %s', (version, address) => {
  const options = { ipv6: address.includes('['), linger: 0 as const };

  test('as a PUB serves our SUB only what it asked for', async () => {
    await using peer = await listening(new zmq.Publisher(options), version, address);
    const { connection, messages } = await opened(peer.endpoint, { peers: ['PUB'] });
    connection.subscribe(Buffer.from('kv'));

    await expect
      .poll(async () => {
        await peer.socket.send(['other', 'not for us']);
        await peer.socket.send(['kv@1', Buffer.alloc(300, 'x')]);
        return messages.length;
      })
      .toBeGreaterThan(1);
    expect(new Set(messages.map(([topic]) => topic))).toEqual(new Set(['kv@1']));
    connection.close();
  });

  test('as an XPUB hears our subscription, and its messages come whole and in order', async () => {
    await using peer = await listening(new zmq.XPublisher(options), version, address);
    const { connection, messages } = await opened(peer.endpoint, { peers: ['XPUB'] });
    connection.subscribe(Buffer.from('kv'));
    const [subscription] = await peer.socket.receive();

    const large = 'y'.repeat(100_000);
    for (let index = 0; index < 300; index++) await peer.socket.send(['kv', String(index)]);
    await peer.socket.send(['kv', large, '']);

    expect(subscription).toEqual(Buffer.from('\x01kv'));
    await expect.poll(() => messages.length).toBe(301);
    expect(messages.slice(0, 300).map(([, index]) => Number(index))).toEqual([...Array(300).keys()]);
    expect(messages.at(-1)).toEqual(['kv', large, '']);
    connection.close();
  });

  test('as a ROUTER and as a REP answers our DEALER', async () => {
    await using router = await listening(new zmq.Router(options), version, address);
    await using rep = await listening(new zmq.Reply(options), version, address);
    const toRouter = await opened(router.endpoint, { socketType: 'DEALER', peers: ['ROUTER'] });
    const toRep = await opened(rep.endpoint, { socketType: 'DEALER', peers: ['REP'] });

    toRouter.connection.send([Buffer.alloc(0), Buffer.from('question')]);
    toRep.connection.send([Buffer.alloc(0), Buffer.from('question')]);
    const [identity, ...asked] = await router.socket.receive();
    await router.socket.send([identity!, '', 'first', 'last']);
    const askedRep = await rep.socket.receive();
    await rep.socket.send('answer');

    expect(asked.map(String)).toEqual(['', 'question']);
    expect(askedRep.map(String)).toEqual(['question']);
    await expect.poll(() => toRouter.messages).toEqual([['', 'first', 'last']]);
    await expect.poll(() => toRep.messages).toEqual([['', 'answer']]);
    toRouter.connection.close();
    toRep.connection.close();
  });

  test('as a DEALER talks with our DEALER both ways', async () => {
    await using peer = await listening(new zmq.Dealer(options), version, address);
    const { connection, messages } = await opened(peer.endpoint, { socketType: 'DEALER', peers: ['DEALER'] });
    connection.send([Buffer.from('one'), Buffer.from('two')]);
    await peer.socket.send(['three', 'four']);

    expect((await peer.socket.receive()).map(String)).toEqual(['one', 'two']);
    await expect.poll(() => messages).toEqual([['three', 'four']]);
    connection.close();
  });

  test('as any other type is told from the one that is expected', async () => {
    const told: Record<string, string | true> = {};
    for (const [type, make] of Object.entries(TYPES)) {
      await using peer = await listening(make(options), version, address);
      for (const [socketType, expected] of [
        ['SUB', 'PUB'],
        ['DEALER', 'ROUTER'],
      ] as const) {
        const { opening } = await converse(peer.endpoint, { socketType, peers: [expected] });
        if (opening.ok) opening.connection.close();
        told[`${type} for ${expected}`] = opening.ok || opening.failure.reason;
      }
    }

    const wrong = (type: string, expected: string) =>
      type === expected || `wrong socket type: the peer is ${type}, expected ${expected}`;
    const right = Object.keys(TYPES).flatMap((type) =>
      ['PUB', 'ROUTER'].map((expected) => [`${type} for ${expected}`, wrong(type, expected)]),
    );
    expect(told).toEqual(Object.fromEntries(right));
  });

  test('keeps a connection whose heartbeats we answer', async () => {
    const socket = new zmq.Publisher({ ...options, heartbeatInterval: 20, heartbeatTimeout: 80 });
    await using peer = await listening(socket, version, address);
    const { connection, messages, ended } = await opened(peer.endpoint, {});
    connection.subscribe(Buffer.alloc(0));
    await new Promise((resolve) => setTimeout(resolve, 300));

    await peer.socket.send('still there');

    await expect.poll(() => messages).toEqual([['still there']]);
    connection.close();
    expect(await ended).toBe('stopped before it was finished');
  });
});
