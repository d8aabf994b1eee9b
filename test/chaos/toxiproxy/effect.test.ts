import { describe, expect, it } from 'vitest';
import { type ToxiproxyConfig, toxiproxyConfig } from '../../../src/chaos/toxiproxy/config.ts';
import { compare, lookDuring, notMeasurable } from '../../../src/chaos/toxiproxy/effect.ts';
import { planFault } from '../../../src/chaos/toxiproxy/fault.ts';
import { dialAddress, type Look } from '../../../src/chaos/toxiproxy/look.ts';

const configs = {
  refuse: { action: 'refuse' },
  blackhole: { action: 'blackhole' },
  blackholeUp: { action: 'blackhole', stream: 'upstream' },
  latency: { action: 'latency', latency: '200ms', jitter: '50ms' },
  longLatency: { action: 'latency', latency: '20s' },
  wildLatency: { action: 'latency', latency: '200ms', jitter: '200ms' },
  bandwidth: { action: 'bandwidth', rate: '100KB/s' },
  reset: { action: 'reset' },
} as const;

const faultOf = (name: keyof typeof configs) =>
  planFault(toxiproxyConfig.parse({ url: 'http://t:1', proxy: 'p', ...configs[name] }) as ToxiproxyConfig, 'r', 'e');

const nothing: Look = { connected: false, refused: false, bytes: 0, elapsedMs: 1000 };
const open: Look = { ...nothing, connected: true };
const refused: Look = { ...nothing, refused: true };
const answered = (firstByteMs: number, bytes = 64): Look => ({ ...open, firstByteMs, bytes });
const ended = (how: 'reset' | 'closed'): Look => ({ ...open, ended: how });

describe('what a connection before and one during the fault show', () => {
  it.each<[string, keyof typeof configs, Look, Look, boolean | undefined]>([
    ['a refused handshake proves `refuse`', 'refuse', open, refused, true],
    ['an accepted one disproves it', 'refuse', open, open, false],
    ['neither proves nothing', 'refuse', open, nothing, undefined],
    ['silence proves `blackhole`', 'blackhole', answered(5), open, true],
    ['a byte disproves it', 'blackhole', answered(5), answered(5), false],
    ['a closed connection may mean that the service is down', 'blackhole', answered(5), ended('closed'), undefined],
    ['no connection proves no blackhole', 'blackhole', answered(5), nothing, undefined],
    ['a late first byte proves `latency`', 'latency', answered(5), answered(150), true],
    ['an early one disproves it', 'latency', answered(5), answered(149), false],
    ['none within a time that the latency does not explain proves nothing', 'latency', answered(5), open, undefined],
    ['few bytes prove `bandwidth`', 'bandwidth', answered(5, 900_000), answered(5, 90_000), true],
    ['many disprove it', 'bandwidth', answered(5, 900_000), answered(5, 200_000), false],
    ['a reset proves `reset`', 'reset', answered(5), ended('reset'), true],
    ['a byte disproves it', 'reset', answered(5), answered(5), false],
    ['a plain end proves nothing', 'reset', answered(5), ended('closed'), undefined],
  ])('%s', (_sentence, name, before, during, holds) => {
    const fault = faultOf(name);
    const effect = compare(fault, before, during);
    expect(effect.holds, effect.text).toBe(holds);
  });
});

describe('what cannot be compared', () => {
  it.each<[string, keyof typeof configs, Look, string | undefined]>([
    ['a proxy that could not be reached before', 'refuse', nothing, 'no connection before'],
    ['any accepted connection will do for `refuse`', 'refuse', open, undefined],
    ['a service that says nothing', 'blackhole', open, 'give `provoke`'],
    ['a direction that we do not see', 'blackholeUp', answered(5), 'only what clients send'],
    ['a service as slow as the fault', 'latency', answered(160), 'the service itself took 160ms'],
    ['a delay that would outlast the measuring', 'longLatency', answered(5), 'too long to wait for'],
    ['a jitter that may undo the latency', 'wildLatency', answered(5), 'the jitter is as large'],
    ['a service that sends too little to see the limit', 'bandwidth', answered(5, 1000), 'sent only 1000B'],
    ['a service that resets by itself', 'reset', { ...answered(5), ended: 'reset' }, 'were reset before'],
  ])('%s', (_sentence, name, before, reason) => {
    const obstacle = notMeasurable(faultOf(name), before);
    if (reason === undefined) expect(obstacle).toBeUndefined();
    else expect(obstacle).toContain(reason);
  });

  it('never looks longer than the removal of a fault may be held up', () => {
    expect(lookDuring(faultOf('blackhole'), answered(900)).withinMs).toBe(3_000);
  });
});

it.each([
  ['127.0.0.1:80', 'http://localhost:8474', { host: '127.0.0.1', port: 80 }],
  ['[::]:80', 'http://toxiproxy:8474', { host: 'toxiproxy', port: 80 }],
  ['0.0.0.0:80', 'http://[::1]:8474', { host: '::1', port: 80 }],
  ['10.0.0.9:80', 'http://toxiproxy:8474', { host: '10.0.0.9', port: 80 }],
  ['127.0.0.1:80', 'http://toxiproxy:8474', undefined],
  ['nonsense', 'http://toxiproxy:8474', undefined],
])('reaches a proxy at %s of %s through %o', (listen, api, address) => {
  expect(dialAddress(listen, api)).toEqual(address);
});
