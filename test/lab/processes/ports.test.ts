import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../../lab/processes/ports.ts';

test('free ports are all different, can be listened on, and lie below those of outgoing connections', async () => {
  const ports = await freePorts(40);
  expect(new Set(ports).size).toBe(40);
  expect(Math.max(...ports)).toBeLessThan(32_768);
  const listening = ports.map(
    (port) =>
      new Promise<void>((resolve, reject) => {
        const server = createServer().once('error', reject);
        onTestFinished(() => void server.close());
        server.listen(port, '127.0.0.1', resolve);
      }),
  );
  await Promise.all(listening);
});

test('searches at the same time and after one another find no port twice', async () => {
  const found = await Promise.all([freePorts(500), freePorts(500)]);
  const later = await freePorts(500);

  expect(new Set([...found.flat(), ...later]).size).toBe(1_500);
});
