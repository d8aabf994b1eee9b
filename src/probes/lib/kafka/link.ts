import type { Base } from '@platformatic/kafka';

/** A client of the brokers that is made anew when the old one went silent. */
export class Link<Client extends Pick<Base, 'connections' | 'close'>> {
  readonly #make: () => Client;
  #client: Client;

  /** Does not contact the brokers. */
  constructor(make: () => Client) {
    this.#make = make;
    this.#client = make();
  }

  /** Asks until the signal aborts; then the connections are cut, since the client knows no other way to stop. */
  async call<T>(signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const client = this.#client;
    const stopped = Promise.withResolvers<never>();
    const stop = () => {
      stopped.reject(signal.reason);
      this.#replace(client);
    };
    signal.addEventListener('abort', stop, { once: true });
    const working = work(client);
    working.catch(() => {});
    try {
      return await Promise.race([working, stopped.promise]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  close(): Promise<void> {
    return cut(this.#client);
  }

  #replace(silent: Client): void {
    if (silent !== this.#client) return;
    this.#client = this.#make();
    void cut(silent);
  }
}

/** The client's own way to close waits for what is not yet written, which on a silent connection is for ever. */
async function cut(client: Pick<Base, 'connections' | 'close'>): Promise<void> {
  for (const [, connection] of [...client.connections]) connection.socket?.destroy();
  await client.close().catch(() => {});
}
