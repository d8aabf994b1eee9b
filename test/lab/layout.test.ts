import { describe, expect, test } from 'vitest';
import { layOut, type ServiceName } from '../../lab/layout.ts';
import type { Server } from '../../lab/servers/server.ts';
import { formatVariables, variablesOf } from '../../lab/variables.ts';

const serverNamed = (name: ServiceName): Server => ({
  name,
  pid: async () => 1,
  pidFile: `/lab/pids/${name}.pid`,
  specFile: `/lab/specs/${name}.json`,
  logFile: `/lab/logs/${name}.log`,
  stop: async () => {},
});

async function variablesFor(chosen: ServiceName[], proxies: { name: string; upstream: string }[] = []) {
  const layout = await layOut(new Set(chosen), proxies);
  return { layout, variables: variablesOf('/lab', layout, chosen.map(serverNamed), {}) };
}

describe('addresses of a lab', () => {
  test('with Toxiproxy links go through proxies, and the direct ones past them', async () => {
    const { layout, variables } = await variablesFor(['engine', 'toxiproxy']);
    const proxy = layout.proxies.find(({ name }) => name === 'engine-events')!;
    expect(variables['ENGINE_EVENTS']).toBe(`tcp://${proxy.listen}`);
    expect(variables['ENGINE_EVENTS_DIRECT']).toBe(`tcp://${proxy.upstream}`);
    expect(variables['PROXY_ENGINE_EVENTS']).toBe(proxy.listen);
    expect(proxy.listen).not.toBe(proxy.upstream);
  });

  test('without it both are the same', async () => {
    const { variables } = await variablesFor(['engine']);
    expect(variables['ENGINE_EVENTS']).toBe(variables['ENGINE_EVENTS_DIRECT']);
  });

  test('a proxy stands only before what is chosen, and before what the caller names', async () => {
    const { layout, variables } = await variablesFor(
      ['kafka', 'toxiproxy'],
      [{ name: 'my.api', upstream: '127.0.0.1:9' }],
    );
    expect(layout.proxies.map(({ name }) => name)).toEqual(['worker-kafka', 'consumer-kafka', 'my.api']);
    expect(variables['PROXY_MY_API']).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test('only of what runs is there anything to say', async () => {
    const { variables } = await variablesFor(['pushgateway']);
    const names = Object.keys(variables).filter((name) => !name.startsWith('LAB_'));
    expect(names).toEqual(['PUSHGATEWAY_URL', 'PUSHGATEWAY_PID_FILE', 'PUSHGATEWAY_SPEC']);
  });

  test('the file holds a line for each', () => {
    expect(formatVariables({ A: '1', B: 'tcp://x:2' })).toBe('A=1\nB=tcp://x:2\n');
  });
});
