import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below the range from which the kernel takes ports for outgoing connections: nothing else grabs one of these meanwhile. */
const lowest = 20_000;
const highest = 32_000;
const mostTries = 200;

/** What this process was given already: several labs of one process may look for theirs before any of them listens. */
const given = new Set<number>();

/** Finds loopback ports that are free at this moment, all different, and none that this process was given before. */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  const ports: number[] = [];
  try {
    for (let tries = 0; ports.length < count; tries++) {
      if (tries === mostTries + count) throw new Error(`no ${count} free ports between ${lowest} and ${highest}`);
      const port = randomInt(lowest, highest);
      if (given.has(port)) continue;
      const server = await hold(port);
      if (server === undefined) continue;
      held.push(server);
      ports.push(port);
      given.add(port);
    }
    return ports;
  } finally {
    await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))));
  }
}

function hold(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}
