import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as zmq from 'zeromq';
import { type Connection, type ConnectionOptions, openConnection } from '../../../../src/probes/lib/zmtp/connection.ts';
import { addressOf } from '../../../../src/probes/lib/zmtp/endpoint.ts';
import { Subscriber } from '../../../../src/probes/lib/zmtp/subscriber.ts';
import { bind } from './bind.ts';
import { asVersion30 } from './older-peer.ts';

const NULL = { mechanism: 'NULL' as const };
const never = new AbortController().signal;

/** An open connection and all that comes over it. */
async function opened(
  endpoint: string,
  more: Partial<ConnectionOptions>,
): Promise<{ connection: Connection; messages: string[][]; closed: Promise<string> }> {
  const messages: string[][] = [];
  const closed = Promise.withResolvers<string>();
  const opening = await openConnection(
    { ...addressOf(endpoint), socketType: 'SUB', security: NULL, timeoutMs: 2000, ...more },
    {
      message: (frames) => messages.push(frames.map((frame) => frame.toString('latin1'))),
      closed: (failure) => closed.resolve(failure.reason),
    },
    never,
  );
  if (!opening.ok) throw new Error(opening.failure.reason);
  return { connection: opening.connection, messages, closed: closed.promise };
}

test('a publisher that goes away is heard of', async () => {
  const publisher = new zmq.Publisher({ linger: 0 });
  const endpoint = await bind(publisher);
  const { closed } = await opened(endpoint, {});

  publisher.close();

  expect(await closed).toMatch(/^the peer (closed|reset) the connection$/);
});

describe('PLAIN', () => {
  /** libzmq asks this socket whether to let a client in. */
  async function gatekeeper(): Promise<zmq.Reply> {
    const zap = new zmq.Reply();
    await zap.bind('inproc://zeromq.zap.01');
    const serve = async () => {
      for await (const [version, request, , , , , user, password] of zap) {
        const good = String(user) === 'probe' && String(password) === 'right';
        await zap.send([version!, request!, good ? '200' : '400', good ? 'OK' : 'No', '', '']);
      }
    };
    void serve();
    return zap;
  }

  // One for all: its name is free again only some time after it was closed.
  let zap: zmq.Reply;
  beforeAll(async () => {
    zap = await gatekeeper();
  });
  afterAll(() => zap?.close());

  test.each(['3.1', '3.0'])('over ZMTP %s lets us in with the right password only', async (version) => {
    const publisher = new zmq.Publisher({ plainServer: true });
    const direct = await bind(publisher);
    await using older = await asVersion30(direct);
    const endpoint = version === '3.0' ? older.endpoint : direct;
    const plain = (password: string) => ({ security: { mechanism: 'PLAIN' as const, username: 'probe', password } });

    const { connection } = await opened(endpoint, { ...plain('right'), peers: ['PUB'] });
    const refusal = opened(endpoint, { ...plain('wrong'), peers: ['PUB'] });

    await expect(refusal).rejects.toThrow('the peer refuses the handshake: "400"');
    await expect(opened(endpoint, {})).rejects.toThrow('the peer wants the security mechanism PLAIN');
    connection.close();
    publisher.close();
  });
});

test('a subscriber connects again when its publisher comes back, and says why it was away', async () => {
  const first = new zmq.Publisher({ linger: 0 });
  const endpoint = await bind(first);
  const received: [string, number][] = [];
  const subscriber = new Subscriber(
    { ...addressOf(endpoint), topic: '', security: async () => NULL, random: () => 0.5 },
    { message: ([frame], connection) => received.push([String(frame), connection]) },
  );
  await expect.poll(() => subscriber.connected).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await first.send('one');
  await expect.poll(() => received).toEqual([['one', 1]]);

  first.close();
  await expect.poll(() => subscriber.failure?.code, { timeout: 5000 }).toBe('refused');
  const second = new zmq.Publisher({ linger: 0 });
  await bind(second, endpoint);
  await expect.poll(() => subscriber.connections, { timeout: 5000 }).toBe(2);
  expect(subscriber.failure).toBeUndefined();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await second.send('two');
  await expect.poll(() => received.at(-1)).toEqual(['two', 2]);

  await subscriber.close();
  expect(subscriber.connected).toBe(false);
  second.close();
});
