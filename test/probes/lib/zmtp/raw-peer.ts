import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/** A hand-made peer on loopback: does with each connection what no real one will do on demand. */
export interface RawPeer extends AsyncDisposable {
  port: number;
  endpoint: string;
  /** Connections that are open now. */
  open(): number;
}

/** Where it listens; by default on a free port of IPv4 loopback. */
interface Place {
  host?: string;
  port?: number;
}

export async function rawPeer(serve: (socket: Socket) => void, place: Place = {}): Promise<RawPeer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.resume();
    serve(socket);
  });
  const host = place.host ?? '127.0.0.1';
  await new Promise<void>((resolve) => server.listen(place.port ?? 0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => stopServer(server, sockets);
  const endpoint = `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { port, endpoint, open: () => sockets.size, [Symbol.asyncDispose]: stop };
}

async function stopServer(server: Server, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}

/** What a libzmq PUB sends first: signature, 3.1, NULL. */
export function greeting(change: { version?: [number, number]; mechanism?: string } = {}): Buffer {
  const bytes = Buffer.alloc(64);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes.set(change.version ?? [3, 1], 10);
  bytes.write(change.mechanism ?? 'NULL', 12, 'ascii');
  return bytes;
}

/** A READY command's frame as libzmq sends it. */
export function ready(socketType = 'PUB'): Buffer {
  const value = Buffer.from(socketType);
  const body = Buffer.concat([
    Buffer.from('\x05READY\x0bSocket-Type', 'latin1'),
    Buffer.from([0, 0, 0, value.length]),
    value,
  ]);
  return Buffer.concat([Buffer.from([4, body.length]), body]);
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const peer = await rawPeer(() => undefined);
  await peer[Symbol.asyncDispose]();
  return peer.port;
}
