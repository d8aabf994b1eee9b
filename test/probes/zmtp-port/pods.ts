import { greeting, type RawPeer, rawPeer, ready } from '../lib/zmtp/raw-peer.ts';

/** Healthy peers at several addresses of loopback and one port, as the pods of a headless service are. */
export interface Pods extends AsyncDisposable {
  port: number;
  /** One pod dies; its address refuses connections. */
  kill(address: string): Promise<void>;
}

export async function pods(addresses: readonly string[], socketType = 'PUB'): Promise<Pods> {
  const running = new Map<string, RawPeer>();
  let port = 0;
  for (const host of addresses) {
    const peer = await rawPeer((socket) => void socket.write(Buffer.concat([greeting(), ready(socketType)])), {
      host,
      port,
    });
    port = peer.port;
    running.set(host, peer);
  }
  return {
    port,
    kill: async (address) => running.get(address)?.[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      for (const peer of running.values()) await peer[Symbol.asyncDispose]();
    },
  };
}
