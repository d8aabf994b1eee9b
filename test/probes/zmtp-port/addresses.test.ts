import { expect, test } from 'vitest';
import type { Reading } from '../../../src/probes/contract.ts';
import { zmtpPortConfig } from '../../../src/probes/zmtp-port/config.ts';
import type { LookUp } from '../../../src/probes/zmtp-port/host-names.ts';
import { ZmtpPortSession } from '../../../src/probes/zmtp-port/session.ts';
import { pods } from './pods.ts';

const PODS = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
const TIMEOUT_MS = 1000;

/** What the name resolves to now; a list of addresses, an error's code, or nothing as long as it hangs. */
interface Name {
  now: string[] | string | 'hangs';
  asked: [host: string, family: number][];
}

function probeOf(config: object, name: Name): { sample(): Promise<Reading>; close(): Promise<void> } {
  const lookUp: LookUp = async (host, family) => {
    name.asked.push([host, family]);
    if (name.now === 'hangs') return new Promise(() => undefined);
    if (typeof name.now === 'string') throw Object.assign(new Error(), { code: name.now });
    return name.now;
  };
  const session = new ZmtpPortSession(zmtpPortConfig.parse(config), { timeoutMs: TIMEOUT_MS }, lookUp);
  return { sample: () => session.sample(AbortSignal.timeout(TIMEOUT_MS)), close: () => session.close() };
}

function named(now: Name['now']): Name {
  return { now, asked: [] };
}

/** Each part in one line. */
function told({ parts = [] }: Reading): string[] {
  return parts.map(({ labels, outcome, reason }) =>
    [labels['address'] ?? 'the name', outcome, reason].filter((text) => text !== undefined).join(': '),
  );
}

test('each address of a name is a part, with its steps apart', async () => {
  await using engines = await pods(PODS);
  const endpoint = `tcp://engines:${engines.port}`;
  const probe = probeOf({ endpoint, peer: 'PUB', addresses: { atLeast: 3 } }, named(PODS));

  const reading = await probe.sample();

  expect(reading).toMatchObject({ outcome: 'good', values: { addresses: 3 } });
  expect(reading.parts?.map(({ labels }) => labels)).toEqual(PODS.map((address) => ({ endpoint, address })));
  for (const { values } of [reading, ...reading.parts!]) {
    const { lookupMs = -1, connectMs = -1, greetingMs = -1, handshakeMs = -1, totalMs = -1 } = values;
    expect(Math.min(lookupMs, connectMs, greetingMs, handshakeMs)).toBeGreaterThanOrEqual(0);
    expect(totalMs).toBeGreaterThanOrEqual(Math.max(lookupMs, connectMs, greetingMs, handshakeMs));
  }
});

test('a pod that refuses is bad by itself, and the whole has only the steps that all have reached', async () => {
  await using engines = await pods(PODS);
  const probe = probeOf({ endpoint: `tcp://engines:${engines.port}`, addresses: { atLeast: 3 } }, named(PODS));
  await engines.kill('127.0.0.3');

  const reading = await probe.sample();

  expect(reading).toMatchObject({ outcome: 'bad', reason: 'connection refused: nothing listens on the port' });
  expect(told(reading)).toEqual([
    '127.0.0.2: good',
    '127.0.0.3: bad: connection refused: nothing listens on the port',
    '127.0.0.4: good',
  ]);
  expect(Object.keys(reading.values)).toEqual(['lookupMs', 'addresses']);
});

test('a pod that leaves the name is missing until another has come in its place', async () => {
  await using engines = await pods(['127.0.0.2', '127.0.0.3', '127.0.0.4']);
  const name = named(['127.0.0.2', '127.0.0.3']);
  const probe = probeOf({ endpoint: `tcp://engines:${engines.port}`, addresses: { atLeast: 2 } }, name);
  expect((await probe.sample()).outcome).toBe('good');

  name.now = ['127.0.0.2'];
  const fewer = await probe.sample();
  name.now = ['127.0.0.2', '127.0.0.4'];
  const replaced = await probe.sample();

  expect(fewer).toMatchObject({
    outcome: 'bad',
    reason: 'the host name resolves to 1 address, at least 2 are demanded',
    values: { addresses: 1 },
  });
  expect(told(fewer)).toEqual([
    'the name: bad: the host name resolves to 1 address, at least 2 are demanded',
    '127.0.0.3: bad: the host name no longer resolves to this address',
    '127.0.0.2: good',
  ]);
  expect(told(replaced)).toEqual(['127.0.0.2: good', '127.0.0.4: good']);
});

test('a name without addresses is bad, before any was seen and after', async () => {
  await using engines = await pods(['127.0.0.2']);
  const name = named('ENOTFOUND');
  const probe = probeOf({ endpoint: `tcp://engines:${engines.port}`, addresses: { atLeast: 1 } }, name);

  const before = await probe.sample();
  name.now = ['127.0.0.2'];
  const there = await probe.sample();
  name.now = [];
  const after = await probe.sample();

  const reason = 'the host name does not resolve to any address';
  expect(before).toMatchObject({ outcome: 'bad', reason, values: { addresses: 0 } });
  expect(there.outcome).toBe('good');
  expect(told(after)).toEqual([
    `the name: bad: ${reason}`,
    '127.0.0.2: bad: the host name no longer resolves to this address',
  ]);
});

test('while names cannot be looked up, nothing is known of the pods and the sample is bad', async () => {
  await using engines = await pods(['127.0.0.2']);
  const name = named(['127.0.0.2']);
  const probe = probeOf({ endpoint: `tcp://engines:${engines.port}`, addresses: { atLeast: 1 } }, name);
  await probe.sample();

  name.now = 'EAI_AGAIN';
  const reading = await probe.sample();

  expect(told(reading)).toEqual([
    'the name: bad: the host name could not be looked up: name server trouble',
    '127.0.0.2: unknown: whether the host name still resolves to this address is not known',
  ]);
  expect(reading).toMatchObject({ outcome: 'bad', values: {} });
  expect(reading.values['addresses']).toBeUndefined();
});

test('a look-up that hangs is told in time, and is not begun a second time meanwhile', async () => {
  const name = named('hangs');
  const probe = probeOf({ endpoint: 'tcp://engines:1', addresses: { atLeast: 1 } }, name);

  const readings = await Promise.all([probe.sample(), probe.sample()]);

  expect(readings.map(({ outcome, reason }) => [outcome, reason])).toEqual(
    Array(2).fill(['bad', 'the host name was not looked up in time']),
  );
  expect(name.asked).toHaveLength(1);
});

test('closing the session ends a sample whose look-up hangs, and says nothing of the service', async () => {
  const probe = probeOf({ endpoint: 'tcp://engines:1', addresses: { atLeast: 1 } }, named('hangs'));
  const reading = probe.sample();

  await probe.close();

  expect(await reading).toMatchObject({ outcome: 'unknown', reason: 'stopped before it was finished' });
});

test('a name may have addresses of both kinds, or be asked for one kind', async () => {
  await using engines = await pods(['127.0.0.2', '::1']);
  const name = named(['::1', '127.0.0.2']);
  const endpoint = `tcp://engines:${engines.port}`;

  const both = await probeOf({ endpoint, addresses: { atLeast: 2 } }, name).sample();
  await probeOf({ endpoint, addresses: { atLeast: 1, family: 6 } }, name).sample();

  expect(told(both)).toEqual(['127.0.0.2: good', '::1: good']);
  expect(name.asked).toEqual([
    ['engines', 0],
    ['engines', 6],
  ]);
});

test('two ports of each pod have their own socket types, for one look-up', async () => {
  await using events = await pods(PODS);
  await using replays = await pods(PODS, 'ROUTER');
  const name = named(PODS);
  const at = (first: number, second: number) => ({
    endpoints: [
      { endpoint: `tcp://engines:${first}`, peer: 'PUB' },
      { endpoint: `tcp://engines:${second}`, peer: 'ROUTER' },
    ],
    addresses: { atLeast: 3 },
  });

  const right = await probeOf(at(events.port, replays.port), name).sample();
  const lookUps = name.asked.length;
  const swapped = await probeOf(at(replays.port, events.port), name).sample();

  expect(right.outcome).toBe('good');
  expect(right.parts).toHaveLength(6);
  expect(lookUps).toBe(1);
  expect(swapped.reason).toBe('wrong socket type: the peer is ROUTER, expected PUB');
  expect(swapped.parts?.filter(({ outcome }) => outcome === 'bad')).toHaveLength(6);
});

test('a name with more addresses than are asked is never good', async () => {
  const many = Array.from({ length: 65 }, (_, index) => `127.0.1.${index + 1}`);
  await using engines = await pods(many);
  const reading = await probeOf(
    { endpoint: `tcp://engines:${engines.port}`, addresses: { atLeast: 1 } },
    named(many),
  ).sample();

  expect(reading).toMatchObject({ outcome: 'unknown', values: { addresses: 65 } });
  expect(reading.parts).toHaveLength(65);
  expect(told(reading)[0]).toBe(
    'the name: unknown: the host name resolves to more than 64 addresses, not all were asked',
  );
});
