import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/**
 * The sockets that a library opens on our behalf. gRPC keeps a connection that is still being made, or whose peer is silent, for minutes after
 * it was told to close; only its socket can end that.
 */
export class OwnSockets {
  readonly #scope = new AsyncLocalStorage<OwnSockets>();
  readonly #sockets = new Set<Socket>();
  readonly #onSocket = (message: unknown) => {
    if (this.#scope.getStore() === this) this.#keep((message as { socket: Socket }).socket);
  };

  constructor() {
    subscribe('net.client.socket', this.#onSocket);
  }

  /** What is opened by this work, now or later, is ours. */
  run<T>(work: () => T): T {
    return this.#scope.run(this, work);
  }

  /** Ends them all, and those that are still to come are not watched any more. */
  destroy(): void {
    unsubscribe('net.client.socket', this.#onSocket);
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
