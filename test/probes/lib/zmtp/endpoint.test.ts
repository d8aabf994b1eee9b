import { describe, expect, test } from 'vitest';
import { addressOf, tcpEndpoint } from '../../../../src/probes/lib/zmtp/endpoint.ts';

describe('an endpoint', () => {
  test.each([
    ['tcp://vllm:5557', { host: 'vllm', port: 5557 }],
    ['tcp://vllm.kv-sync-test.svc:1', { host: 'vllm.kv-sync-test.svc', port: 1 }],
    ['tcp://[::1]:65535', { host: '::1', port: 65535 }],
    ['tcp://10.0.0.7:5558', { host: '10.0.0.7', port: 5558 }],
  ])('%s is read', (text, address) => {
    expect(addressOf(tcpEndpoint().parse(text))).toEqual(address);
  });

  test.each([
    ['vllm:5557', 'expected tcp://host:port'],
    ['tcp://vllm', 'expected tcp://host:port'],
    ['tcp://vllm:0', 'between 1 and 65535'],
    ['tcp://vllm:65536', 'between 1 and 65535'],
    ['tcp://::1:5557', 'brackets'],
    ['tcp://user@vllm:5557', 'expected tcp://host:port'],
    ['tcp://*:5557', 'an address to bind to'],
    ['ipc:///tmp/x', 'only tcp://'],
  ])('%s is refused', (text, message) => {
    const parsed = tcpEndpoint().safeParse(text);
    expect(parsed.error?.issues[0]?.message).toContain(message);
  });
});
