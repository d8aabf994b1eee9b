import { connect, createServer, type Server, type Socket } from 'node:net';
import { addressOf } from '../../../../src/probes/lib/zmtp/endpoint.ts';

const MINOR_VERSION_AT = 11;

/**
 * A way to a peer on which both sides take each other for ZMTP 3.0: the minor version in their greetings is lowered on the way. libzmq then
 * speaks its 3.0 in earnest, with subscriptions as messages.
 */
export async function asVersion30(endpoint: string): Promise<{ endpoint: string } & AsyncDisposable> {
  const target = addressOf(endpoint);
  const sockets = new Set<Socket>();
  const server = createServer((ours) => {
    const theirs = connect(target);
    for (const socket of [ours, theirs]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    pipeLowered(ours, theirs);
    pipeLowered(theirs, ours);
  });
  await new Promise<void>((resolve) => server.listen(0, target.host, resolve));
  return { endpoint: endpointOf(server, target.host), [Symbol.asyncDispose]: () => stop(server, sockets) };
}

function pipeLowered(from: Socket, to: Socket): void {
  let passed = 0;
  from.on('data', (chunk) => {
    const at = MINOR_VERSION_AT - passed;
    if (at >= 0 && at < chunk.length) chunk[at] = 0;
    passed += chunk.length;
    to.write(chunk);
  });
  from.once('close', () => to.destroy());
}

function endpointOf(server: Server, host: string): string {
  const { port } = server.address() as { port: number };
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function stop(server: Server, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}
