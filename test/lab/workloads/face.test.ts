import { once } from 'node:events';
import { Counter, Registry } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { freePorts } from '../../../lab/processes/ports.ts';
import { serveFace } from '../../../lab/workloads/face.ts';

async function face() {
  const [port] = (await freePorts(1)) as [number];
  const metrics = new Registry();
  new Counter({ name: 'lab_gauge_total', help: 'A count.', registers: [metrics] }).inc(3);
  let speed = 1;
  const server = await serveFace({
    port,
    metrics,
    command: z.strictObject({ command: z.literal('speed'), to: z.number().max(9) }),
    obey: ({ to }) => {
      if (to === 0) throw new Error('cannot stand still');
      speed = to;
    },
    state: () => ({ speed }),
  });
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const control = (body: string) => fetch(`http://127.0.0.1:${port}/control`, { method: 'POST', body });
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  return { control, get };
}

test('a command is obeyed and the state after it is told', async () => {
  const { control, get } = await face();
  const answer = await control('{"command":"speed","to":5}');
  expect([answer.status, await answer.json()]).toEqual([200, { speed: 5 }]);
  expect(await (await get('/state')).json()).toEqual({ speed: 5 });
});

test('whoever is told to be not ready says so, until told otherwise', async () => {
  const { control, get } = await face();
  const health = async () => (await get('/healthz')).status;
  await control('{"command":"ready","on":false}');
  expect(await health()).toBe(503);
  await control('{"command":"ready","on":true}');
  expect(await health()).toBe(200);
});

test('whoever is told to print a line does so', async () => {
  const { control } = await face();
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  onTestFinished(() => write.mockRestore());

  expect((await control('{"command":"print","line":"all is lost"}')).status).toBe(200);
  expect(written).toContain('all is lost\n');
});

test.each([
  ['an unknown command', '{"command":"fly"}', 400],
  ['a value out of range', '{"command":"speed","to":10}', 400],
  ['an unknown key', '{"command":"speed","to":1,"please":true}', 400],
  ['no JSON', 'speed up', 400],
  ['nothing', '', 400],
  ['a command that fails', '{"command":"speed","to":0}', 500],
])('%s changes nothing', async (_, body, status) => {
  const { control, get } = await face();
  expect((await control(body)).status).toBe(status);
  expect(await (await get('/state')).json()).toEqual({ speed: 1 });
});

test('metrics and health are served, other paths are told which there are', async () => {
  const { get } = await face();
  expect(await (await get('/metrics')).text()).toContain('lab_gauge_total 3');
  expect((await get('/healthz')).status).toBe(200);
  const other = await get('/nothing');
  expect([other.status, await other.text()]).toEqual([404, expect.stringContaining('POST /control')]);
});
