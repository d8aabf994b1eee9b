import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { addressOf } from '../../../src/probes/lib/zmtp/endpoint.ts';

/** A way to an endpoint on which everything can be held back for a while, as by a partition that drops packets: TCP sends them again. */
export interface Relay extends AsyncDisposable {
  endpoint: string;
  hold(): void;
  release(): void;
}

export async function relayTo(endpoint: string): Promise<Relay> {
  const sockets = new Set<Socket>();
  const downstream = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(addressOf(endpoint));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.on('data', (bytes) => upstream.write(bytes)).on('close', () => upstream.destroy());
    upstream.on('data', (bytes) => client.write(bytes)).on('close', () => client.destroy());
    downstream.add(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      for (const socket of downstream) socket.pause();
    },
    release: () => {
      for (const socket of downstream) socket.resume();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
